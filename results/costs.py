"""Cost rows: their mean over seeds, what an extra hour gained, and the points of the cost figure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = dict[str, Any]

AXES = ("strategy", "backbone", "classifier", "body_part", "train_size")
SECONDS = tuple(f"seconds_{stage}" for stage in ("embed", "select", "fit", "tune", "predict", "total"))
PEAKS = ("peak_memory_bytes", "peak_device_memory_bytes")
TRAINED = ("trainable_parameters", "optimiser_bytes")
COLUMNS = ("device", "threads", *SECONDS, *PEAKS, "energy_kwh", *TRAINED)


def over_seeds(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Rows averaged over their seeds, which they list as `seeds`; a peak is the highest one.

    Bounds of several seeds are None, since an interval of a mean is not a mean of bounds: take them from
    `evaluate_over_seeds`. An amount that is unknown for one seed is None; several devices are listed.
    """
    families: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        families[tuple(row[axis] for axis in AXES)].append(row)
    return [_averaged(family) for family in families.values()]


def cost_points(rows: Iterable[Mapping[str, Any]], cost: str = "seconds_total") -> list[Row]:
    """Rows for the figure `CostAccuracy`, with `name` and `cost` (one of COLUMNS); without unknown costs."""
    return [{**row, "name": row["method"], "cost": row[cost]} for row in rows if row[cost]]


def cost_numbers(cost: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a cost, without texts and unknown amounts."""
    return {name: float(value) for name, value in cost.items() if isinstance(value, int | float)}


def gain_per_extra(gain: float | None, amount: float | None, reference: float | None) -> float | None:
    """What one more unit of cost (an hour, a kWh) gained: gain / (amount - reference).

    The inverse of health economics' incremental cost-effectiveness ratio. It describes the two measured
    points and forecasts no other. None where something is unknown, and where the dearer side is the reference
    or neither: then nothing was paid for the gain.
    """
    if gain is None or amount is None or reference is None or amount <= reference:
        return None
    return gain / (amount - reference)


def _averaged(family: Sequence[Mapping[str, Any]]) -> Row:
    first, alone = family[0], len(family) == 1
    known: dict[str, list[Any]] = {
        column: [row[column] for row in family] for column in ("value", "train_images", *COLUMNS)
    }
    means = {
        column: None if None in values else (max(values) if column in PEAKS else sum(values) / len(values))
        for column, values in known.items()
        if column != "device"
    }
    devices = dict.fromkeys(device for device in known["device"] if device)
    return {
        **{axis: first[axis] for axis in AXES},
        "method": first["method"],
        "seeds": sorted(row["seed"] for row in family),
        **means,
        "low": first["low"] if alone else None,
        "high": first["high"] if alone else None,
        "device": ", ".join(devices) or None,
    }
