"""The answer in words: freeze or fine-tune, per body part and size, and from how many images on."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from benchmark.analysis.findings import Findings
from benchmark.analysis.paired_differences import TUNED_FROZEN
from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from benchmark.analysis.scores import LEVEL
from results.crossover import ALWAYS, BEYOND, UNDEFINED
from results.frames import records
from results.labels import metric_label, part_label

FINE_TUNE, FREEZE, OPEN = "fine-tune", "freeze", "not settled"
Row = dict[str, Any]


def answer_rows(findings: Findings) -> list[Row]:
    """Fine-tuned minus frozen over all backbones that have both (or for the only one), and what that says.

    Those rows of the differences, and `so`: FINE_TUNE or FREEZE where the difference is significant
    after Holm's adjustment, else OPEN.
    """
    table = findings.differences
    if not len(table):
        return []
    rows = over_backbones(table[table["comparison"] == TUNED_FROZEN])
    return [{**row, "so": _verdict(row, findings.study.lower_is_better)} for row in records(rows)]


def over_backbones(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the mean over backbones where there are any, else all."""
    over = rows["backbone"] == EVERY_BACKBONE
    return rows[over] if over.any() else rows


def answer_text(findings: Findings) -> str:
    """Paragraphs and lists for the page's beginning, in the markup of `results.page.Prose`."""
    rows = answer_rows(findings)
    if not rows:
        return "No network of the grid is both frozen and fine-tuned yet: there is no head-to-head."
    evaluation, first = findings.study.evaluation, findings.study.cells[0]
    backbones = list(dict.fromkeys(row["backbone"] for row in rows))
    where = first["evaluated_on"] or "the test part"
    paragraphs = [
        f"{metric_label(evaluation.primary, evaluation.unit)} on {where}, fine-tuned minus frozen "
        f"({', '.join(backbones)}), with {evaluation.confidence:.0%} intervals over test patients; what it "
        f"says holds after Holm's adjustment for {int(rows[0]['family'])} comparisons:",
        "\n".join(_line(row, len(backbones) > 1) for row in rows),
        *_crossover_paragraphs(findings),
    ]
    if first["leaky"]:
        paragraphs.insert(0, "**The split is by image: patients leak from training into the test set.**")
    return "\n\n".join(paragraphs)


def _verdict(row: Row, lower_is_better: bool) -> str:
    if pd.isna(row["p_adjusted"]) or row["p_adjusted"] > LEVEL:
        return OPEN
    return FINE_TUNE if (row["difference"] > 0) != lower_is_better else FREEZE


def _line(row: Row, named: bool) -> str:
    who = f"{row['backbone']}, " if named else ""
    return (
        f"- {who}{part_label(row['body_part'])}, {row['images']:,} images: **{row['so']}**, "
        f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"
    )


def _crossover_paragraphs(findings: Findings) -> Iterator[str]:
    if len(findings.crossovers):
        yield "Training images from which on fine-tuning is ahead (the crossover size):"
        yield "\n".join(_crossover_line(row) for row in records(over_backbones(findings.crossovers)))


def _crossover_line(row: Row) -> str:
    value, low, high = (
        _images(row, name, status)
        for name, status in (("value", "status"), ("low", "low_status"), ("high", "high_status"))
    )
    return f"- {part_label(row['body_part'])}, {row['backbone']}: **{value}** [{low}, {high}]"


def _images(row: Row, name: str, status: str) -> str:
    """A crossover or its bound: a number of images, below the smallest size or above the largest."""
    ends = {ALWAYS: f"below {row['smallest']:,}", BEYOND: f"above {row['largest']:,}"}
    if row[status] in ends:
        return ends[row[status]]
    return UNDEFINED if pd.isna(row[name]) else f"{row[name]:,.0f}"
