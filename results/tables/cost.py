"""What each method costs, as a table beside what it scores."""

from collections.abc import Callable

import pandas as pd

from results.figures.style import look_of, metric_label, part_label, size_label
from results.frames import Rows, by_part, tidy, whole
from results.tables.formatting import Row, amount, method_label, number
from results.tables.paper import TEXT, Column, PaperTable, paper_table, sentences

_AMOUNTS = {
    "seconds_embed": ("embed\ns", 1.0),
    "seconds_select": ("select\ns", 1.0),
    "seconds_fit": ("fit\ns", 1.0),
    "seconds_tune": ("tune\ns", 1.0),
    "seconds_predict": ("predict\ns", 1.0),
    "seconds_total": ("total\ns", 1.0),
    "peak_memory_bytes": ("memory\nGB", 1e-9),
    "peak_device_memory_bytes": ("device\nGB", 1e-9),
    "energy_kwh": ("energy\nWh", 1e3),
}


def cost_table(rows: Rows, metric: str, unit: str) -> PaperTable:
    """Seconds per step, device, peak memory and energy, with the score.

    Rows: strategy, method, body_part, train_size, value (of the metric) and, where known, device,
    seconds_embed, seconds_select, seconds_fit, seconds_tune, seconds_predict, seconds_total,
    peak_memory_bytes, peak_device_memory_bytes and energy_kwh. A column that is absent or holds nothing is
    left out; a missing amount in one that holds some is undefined.
    """
    found = pd.DataFrame(rows) if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    known = [name for name in (*_AMOUNTS, "device") if name in found and found[name].notna().any()]
    amounts = [name for name in known if name != "device"]
    names = ["strategy", "method", "body_part", "train_size", *(["device"] if "device" in known else [])]
    table = by_part(tidy(found, names, [*amounts, "value"]))
    table = whole(table, [name for name in amounts if name.endswith("_bytes")])
    devices = list(table["device"].dropna().unique()) if "device" in known else []
    columns = [
        Column("body part", lambda row: part_label(row["body_part"]), TEXT),
        Column("strategy", lambda row: look_of(row["strategy"]).label, TEXT),
        Column("method", lambda row: method_label(row["method"]), TEXT),
        Column("images", lambda row: size_label(row["train_size"])),
        *(Column(_AMOUNTS[name][0], _amount(name)) for name in amounts),
        *([Column("device", lambda row: str(row["device"]), TEXT)] if len(devices) > 1 else []),
        Column(metric_label(metric), lambda row: number(row["value"])),
    ]
    note = sentences(
        "s: seconds of one cell, mean over seeds.",
        f"Device: {devices[0]}." if len(devices) == 1 else "",
        "GB: 10⁹ bytes at the peak, of the process." if "peak_memory_bytes" in known else "",
    )
    caption = f"Cost, and {metric_label(metric, unit)}."
    frame = table.assign(metric=metric, unit=unit)
    return paper_table("cost", caption, frame, columns, note=note, sectioned=True)


def _amount(name: str) -> Callable[[Row], str]:
    return lambda row: amount(row[name] * _AMOUNTS[name][1])
