"""Tables of external sets: verdicts at home, away and on the change; drift of calibration and threshold."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from results.change import change_text
from results.counts import planned
from results.frames import TableRows, tidy, whole
from results.labels import metric_label, percent
from results.tables.columns import BACKBONE, IMAGES, PART, STRATEGY, TEXT, Column, number_column, text_column
from results.tables.formatting import (
    CHOSEN_SIDES,
    Formatted,
    Row,
    count,
    difference,
    interval_text,
    method_label,
    p_text,
    signed,
)
from results.tables.paper import PaperTable, paper_table, sentences
from results.text import MINUS
from results.verdict import is_significant

_SIDES = [f"{side}{end}" for side in ("home", "away") for end in ("", "_low", "_high")]
_TEXTS = ["external", "comparison", "backbone", "body_part", "train_size"]
_METRICS = {
    "auroc": "AUROC",
    "brier": "Brier score",
    "ece": "calibration error (ECE)",
    "calibration_intercept": "calibration intercept",
    "calibration_slope": "calibration slope",
    "sensitivity_at_chosen": "sensitivity at the threshold of home",
    "specificity_at_chosen": "specificity at the threshold of home",
}


def external_table(
    rows: TableRows,
    name: str,
    metric: str,
    unit: str,
    *,
    rarest: str = "rarer label",
    confidence: float = 0.95,
    level: float = 0.05,
) -> PaperTable:
    """Every comparison on every set: at home, away, and the change; significant changes are bold.

    Rows: external, comparison, backbone, body_part, train_size, patients_away, home and away (differences)
    with `_low`, `_high` and `_verdict`, change, low, high, p_adjusted, margin, detectable, family, interim
    and verdict. None where undefined. `rarest` are the words for the label of which there are fewest.
    """
    numbers = [*_SIDES, "change", "low", "high", "p_adjusted", "margin", "detectable"]
    texts = [*_TEXTS, "home_verdict", "away_verdict", "verdict", "interim"]
    table = whole(tidy(rows, texts, [*numbers, "family", "patients_away"]), ["family", "patients_away"])
    columns = [
        text_column("set", "external"),
        text_column("comparison", "comparison"),
        PART,
        BACKBONE,
        IMAGES,
        number_column("patients\naway", "patients_away", count),
        Column("home", lambda row: _side(row, "home")),
        text_column("verdict\nat home", "home_verdict"),
        Column("away", lambda row: _side(row, "away")),
        text_column("verdict\naway", "away_verdict"),
        Column("change", lambda row: difference(row, "change")),
        number_column(
            "p\nadjusted", "p_adjusted", p_text, bold=lambda row: is_significant(row["p_adjusted"], level)
        ),
        Column("the change", _verdict, TEXT),
    ]
    families = sorted(table["family"].dropna().unique(), reverse=True)
    note = sentences(
        "Nothing is chosen on these sets: hyper-parameters, calibration and threshold are those of home.",
        f"Change: the difference away minus that at home, with {percent(confidence)} intervals (unadjusted) "
        "over other training subsets (the same seeds on both sets) and other test patients of both sets; "
        "corruptions are of the same patients.",
        f"p is adjusted (Holm) over {planned(families, 'planned change')}." if families else "",
        "Interim: some of them are not finished." if table["interim"].eq(True).any() else "",
        f"Patients away: of the {rarest}.",
        CHOSEN_SIDES,
    )
    caption = f"Does the answer hold elsewhere? Differences in {metric_label(metric, unit)}."
    return paper_table(name, caption, table, columns, note=note, sectioned=True)


def drift_table(rows: TableRows, unit: str, *, confidence: float = 0.95) -> PaperTable:
    """What becomes of probabilities and the threshold on other sets, a line per metric.

    Rows: external, body_part, strategy, method, train_size, metric, home, away, change, low, high and, of
    several classes, class (empty for metrics of all of them).
    """
    texts = ["external", "body_part", "strategy", "method", "train_size", "metric"]
    table = tidy(rows, texts, ["home", "away", "change", "low", "high"], {"class": ""})
    several = bool((table["class"] != "").any())
    columns = [
        text_column("set", "external"),
        PART,
        STRATEGY,
        text_column("method", "method", method_label),
        IMAGES,
        *([text_column("class", "class")] if several else []),
        text_column("metric", "metric", lambda name: _METRICS.get(name) or metric_label(name)),
        number_column("home", "home"),
        number_column("away", "away"),
        Column("change", lambda row: difference(row, "change")),
    ]
    note = sentences(
        f"Per {unit}, of each strategy's chosen model: largest size, first seed.",
        "Sensitivity and specificity of a class are against the rest, at its own threshold of home."
        if several
        else "Calibration intercept 0 and slope 1 are those of calibrated probabilities.",
        f"[{percent(confidence)} interval] over the test patients of both sets, for this trained model.",
    )
    caption = "Calibration and threshold of home on other sets."
    table = table if several else table.drop(columns="class")
    return paper_table("external_drift", caption, table, columns, note=note, sectioned=True)


def external_lines(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The rows of `external_table` as text for a terminal: ASCII, a line per comparison and set."""
    return pd.DataFrame(
        [
            {
                "set": row["external"],
                "body_part": row["body_part"],
                "backbone": row["backbone"],
                "train_size": row["train_size"],
                "home": _plain(_side(row, "home")),
                "at home": row["home_verdict"],
                "away": _plain(_side(row, "away")),
                "verdict away": row["away_verdict"],
                "change": _plain(difference(row, "change")),
                "p adjusted": p_text(row["p_adjusted"]),
                "the change": _ascii(change_text(row["verdict"], row["margin"], row["detectable"])),
            }
            for row in rows
        ]
    )


def _side(row: Row, name: str) -> Formatted:
    bounds = {"low": row[f"{name}_low"], "high": row[f"{name}_high"]}
    return Formatted(signed(row[name]), interval_text(bounds, signed), value=row[name])


def _verdict(row: Row) -> Formatted:
    return Formatted(change_text(row["verdict"], row["margin"], row["detectable"]), value=row["verdict"])


def _plain(cell: Formatted) -> str:
    return _ascii(cell.with_interval(cell.text))


def _ascii(text: str) -> str:
    return text.replace(MINUS, "-").replace("±", "+/-").replace("≥", ">=").replace("–", "-")
