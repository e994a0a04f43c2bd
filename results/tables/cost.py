"""Cost table: one row per method, with its score and the price of its gain over freezing."""

from functools import partial

import pandas as pd

from results.frames import TableRows, by_part, tidy, whole
from results.labels import metric_label
from results.tables.columns import IMAGES, PART, STRATEGY, number_column, text_column
from results.tables.formatting import amount, method_label
from results.tables.paper import PaperTable, paper_table, sentences

_AMOUNTS = {
    "trainable_parameters": ("trained\nmillions", 1e-6),
    "optimiser_bytes": ("optimiser\nMB", 1e-6),
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
_PRICES = {
    "frozen_share": "frozen /\nfine-tuned",
    "gain_per_hour": "gain per\nextra hour",
    "gain_per_kwh": "gain per\nextra kWh",
}
_PRICE_NOTES = {
    "frozen_share": "Frozen / fine-tuned: seconds of freezing the same network, with the search over all its "
    "classifiers, by the seconds of fine-tuning (or adapting) it; only on one device.",
    "gain_per_hour": "Gain: of the trained network over the chosen frozen one, per extra hour or kWh "
    "spent on it; what these two cells cost, no forecast for longer training.",
}


def cost_table(rows: TableRows, metric: str, unit: str) -> PaperTable:
    """Seconds per step, device, peak memory and energy, with the score.

    Rows: strategy, method, body_part, train_size, value (of the metric) and, where known, device,
    seconds_embed, seconds_select, seconds_fit, seconds_tune, seconds_predict, seconds_total,
    peak_memory_bytes, peak_device_memory_bytes, energy_kwh, trainable_parameters and optimiser_bytes, and of
    a trained network frozen_share, gain_per_hour and gain_per_kwh. A column without any value is left out.
    """
    found = pd.DataFrame(rows) if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    known = [name for name in (*_AMOUNTS, *_PRICES, "device") if name in found and found[name].notna().any()]
    amounts, prices = ([name for name in kinds if name in known] for kinds in (_AMOUNTS, _PRICES))
    names = ["strategy", "method", "body_part", "train_size", *(["device"] if "device" in known else [])]
    table = by_part(tidy(found, names, [*amounts, *prices, "value"]))
    table = whole(table, [name for name in amounts if name.endswith(("_bytes", "_parameters"))])
    devices = list(table["device"].dropna().unique()) if "device" in known else []
    columns = [
        PART,
        STRATEGY,
        text_column("method", "method", method_label),
        IMAGES,
        *(number_column(_AMOUNTS[name][0], name, partial(_scaled, _AMOUNTS[name][1])) for name in amounts),
        *([text_column("device", "device")] if len(devices) > 1 else []),
        number_column(metric_label(metric), "value"),
        *(number_column(_PRICES[name], name, amount) for name in prices),
    ]
    note = sentences(
        "s: seconds of one cell, mean over seeds.",
        f"Device: {devices[0]}." if len(devices) == 1 else "",
        "Trained: parameters of network and head; optimiser: the memory of its state."
        if "trainable_parameters" in known
        else "",
        "GB: 10⁹ bytes at the peak, of the process." if "peak_memory_bytes" in known else "",
        *(note for name, note in _PRICE_NOTES.items() if name in prices),
    )
    caption = f"Cost, and {metric_label(metric, unit)}."
    frame = table.assign(metric=metric, unit=unit)
    return paper_table("cost", caption, frame, columns, note=note, sectioned=True)


def _scaled(factor: float, value: float) -> str:
    return amount(value * factor)
