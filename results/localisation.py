"""How well a map finds a known place: pointing game, energy in the box, and overlap at the box's own area."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Heat = NDArray[np.floating]  # (height, width), not negative
Mask = NDArray[np.bool_]  # (height, width), True inside the box


def pointing(heat: Heat, inside: Mask) -> float:
    """1 where the largest value lies in the box, 0 elsewhere: the pointing game.

    Zhang et al. 2018, IJCV 126:1084. Of several equal largest values, the share that lies in the box.
    """
    return float(inside[heat == heat.max()].mean())


def energy(heat: Heat, inside: Mask) -> float:
    """The share of the map's sum that lies in the box (Wang et al. 2020, CVPR workshops, p. 111).

    The box's share of the area for a map of zeros, which says nothing.
    """
    total = float(heat.sum())
    return float(heat[inside].sum()) / total if total > 0 else float(inside.mean())


def overlap(heat: Heat, inside: Mask) -> float:
    """Intersection over union of the box and as many of the map's largest values as the box has pixels.

    Equal values are taken in a fixed random order.
    """
    values, wanted = heat.ravel(), int(inside.sum())
    order = np.lexsort((np.random.default_rng(0).random(values.size), -values))
    common = int(inside.ravel()[order[:wanted]].sum())
    return common / (2 * wanted - common)


MEASURES: dict[str, Callable[[Heat, Mask], float]] = {
    "pointing": pointing,
    "energy": energy,
    "overlap": overlap,
}
MEASURE_LABELS = {
    "pointing": "pointing game",
    "energy": "energy in the box",
    "overlap": "IoU with the box",
}


def by_chance(inside: Mask) -> dict[str, float]:
    """What a map of random values has on average, by measure.

    Its largest value lies in the box as often as any pixel does, and so does each of its k largest: with k of
    n pixels in the box, k²/n of them, whose overlap is taken as that of the mean.
    """
    share = float(inside.mean())
    return {"pointing": share, "energy": share, "overlap": share / (2 - share)}


def centre_map(height: int, width: int) -> NDArray[np.float32]:
    """A map that knows nothing of the image: a Gaussian around its middle, with a quarter of the sides as sd.

    Abnormalities, like what a photographer takes, tend to lie in the middle.
    """
    y, x = (np.abs(np.arange(side) - (side - 1) / 2) / (side / 4) for side in (height, width))
    heat: NDArray[np.float32] = np.exp(-(y[:, None] ** 2 + x[None] ** 2) / 2).astype(np.float32)
    return heat
