"""Check the mean and std that a user gives for a network's input."""

import math
from collections.abc import Sequence


def check_normalisation(mean: Sequence[float] | None, std: Sequence[float] | None) -> None:
    """Raise ValueError, with the way out, for values that cannot belong to pixels in 0..1.

    Either may be None; both hold one number per channel of the network's input.
    """
    for name, values in (("mean", mean), ("std", std)):
        if values is None:
            continue
        if not values or not all(math.isfinite(value) for value in values):
            raise ValueError(f"{name}: {list(values)} must be finite numbers, one for each channel")
        if max(abs(value) for value in values) > 1:
            scaled = [round(value / 255, 4) for value in values]
            raise ValueError(
                f"{name}: {list(values)} is not of pixels in 0..1, perhaps of 0..255; "
                f"divide mean and std by 255: {name}: {scaled}"
            )
    if mean is not None and min(mean) < 0:
        raise ValueError(
            f"mean: {list(mean)} is below 0, and pixels are in 0..1; give the mean of pixels in 0..1"
        )
    if std is not None and min(std) <= 0:
        raise ValueError(f"std: {list(std)} must be above 0, for example [0.229, 0.224, 0.225]")
    if mean is not None and std is not None and len(mean) != len(std):
        raise ValueError(
            f"mean has {len(mean)} values and std has {len(std)}; give both one value for each channel"
        )
