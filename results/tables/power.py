"""The planner's numbers as texts for the terminal."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from results.frames import records
from results.tables.formatting import count, number, signed
from results.text import MINUS, UNDEFINED_MARK

UNKNOWN = "unknown"
NO_SEEDS = (
    "none (shared)"  # no number of seeds: what all seeds share, the test set above all, varies too much
)
NO_STUDIES = "none (training)"  # no test set: the variance between training subsets alone is too large

Row = Mapping[str, Any]


def power_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of `analysis.power.power_rows` as texts: what there is, and what finding a difference needs."""
    return pd.DataFrame(
        {
            **_axes(row),
            "patients": f"{row['patients']:,}",
            "studies": f"{row['studies']:,}",
            "seeds": row["seeds"],
            "difference": _ascii(signed(row["difference"])),
            "SD training + test": f"{_known(row['training_sd'])} + {_known(row['test_sd'])}",
            "detectable": _known(row["detectable"]),
            **_needs(row),
        }
        for row in records(rows)
    )


def equality_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows: what showing equality within the margin needs."""
    return pd.DataFrame({**_axes(row), **_needs(row, "equal_")} for row in records(rows))


def forecast_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of `analysis.power.forecast_rows` as texts."""
    return pd.DataFrame(
        {
            "body part": row["body_part"],
            "backbone": row["backbone"],
            "forecast from": row["from_sizes"],
            "at images": f"{row['images']:,}",
            "forecast": _bounded(row["forecast"], row["low"], row["high"]),
            "measured": _bounded(row["measured"], row["measured_low"], row["measured_high"]),
            "agrees": "" if pd.isna(row["agrees"]) else ("yes" if row["agrees"] else "no"),
            "power there": _share(row["power"]),
            "images for 80 % power": UNKNOWN if pd.isna(row["power"]) else _images(row["images_needed"]),
        }
        for row in records(rows)
    )


def _axes(row: Row) -> dict[str, Any]:
    return {"body part": row["body_part"], "backbone": row["backbone"], "images": row["train_size"]}


def _needs(row: Row, test: str = "") -> dict[str, str]:
    """The power now, and what it takes: more seeds with this test set, or more studies with these seeds."""
    return {
        "power now": _share(row[f"{test}power"]),
        "seeds needed": _needed(row, "seeds", NO_SEEDS, test),
        "or studies": _needed(row, "studies", NO_STUDIES, test),
    }


def _needed(row: Row, name: str, none: str, test: str) -> str:
    if pd.isna(row[f"{test}power"]):
        return UNKNOWN
    needed = row[f"{test}{name}_needed"]
    if pd.isna(needed):
        return none
    return "enough" if needed <= row[name] else count(needed)


def _images(needed: float | None) -> str:
    return "none" if pd.isna(needed) else count(needed)


def _share(share: float | None) -> str:
    return UNKNOWN if pd.isna(share) else f"{100 * share:.0f} %"


def _bounded(value: float | None, low: float | None, high: float | None) -> str:
    return "" if pd.isna(value) else _ascii(f"{signed(value)} [{signed(low)}, {signed(high)}]")


def _known(value: float | None) -> str:
    return UNKNOWN if pd.isna(value) else number(value)


def _ascii(text: str) -> str:
    return text.replace(MINUS, "-").replace(UNDEFINED_MARK, "undefined")
