"""The answer in words: freeze or fine-tune, per body part and size, and from how many images on."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from benchmark.analysis.findings import Findings
from benchmark.analysis.paired_differences import QUESTION, with_recipe
from benchmark.analysis.verdicts import over_backbones
from results.crossover import ALWAYS, BEYOND, NOT_DETERMINED, UNDEFINED, is_determined
from results.frames import records
from results.labels import metric_label, part_label
from results.page.prose import escape
from results.tables.label_efficiency import ratio_text
from results.verdict import ONE_PAIR, is_significant, verdict_text

Row = dict[str, Any]


def answer_rows(findings: Findings) -> list[Row]:
    """The differences of fine-tuned minus frozen with their verdicts, over all backbones that have both.

    Those of the only backbone where there is one. `run` and `compare` show the same rows.
    """
    table = findings.differences
    if not len(table):
        return []
    return records(with_recipe(over_backbones(table[table["comparison"] == QUESTION.name])))


def answer_text(findings: Findings) -> str:
    """Paragraphs and lists for the page's beginning, in the markup of `results.page.Prose`."""
    rows = answer_rows(findings)
    if not rows:
        return "No network of the grid is both frozen and fine-tuned yet: there is no head-to-head."
    evaluation, first = findings.evaluated.evaluation, findings.evaluated.finished[0]
    backbones = list(dict.fromkeys(row["backbone"] for row in rows))
    names = escape(", ".join(backbones))
    where = first.evaluated_on or "the test part"
    paragraphs = [
        f"{metric_label(evaluation.primary, evaluation.unit)} on {where}, fine-tuned minus frozen "
        f"({names}), unadjusted {evaluation.confidence:.0%} intervals over training subsets (seeds) and test "
        f"patients; the verdict is at the familywise level {evaluation.level:g} over the "
        f"{int(rows[0]['family'])} comparisons that the grid plans:",
        "\n".join(_line(row, len(backbones) > 1) for row in rows),
        *_freezing_paragraphs(findings, rows),
        *_crossover_paragraphs(findings),
        *_efficiency_paragraphs(findings),
    ]
    if rows[0]["interim"]:
        paragraphs.insert(0, "**Interim: comparisons or seeds of the grid are not finished yet.**")
    if first.leaky:
        paragraphs.insert(0, "**The split is by image: patients leak from training into the test set.**")
    return "\n\n".join(paragraphs)


def _line(row: Row, named: bool) -> str:
    who = f"{escape(row['backbone'])}, " if named else ""
    said = verdict_text(row["verdict"], row["margin"], row["detectable"])
    return (
        f"- {who}{escape(part_label(row['body_part']))}, {row['images']:,} images: **{said}**, "
        f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"
    )


def _freezing_paragraphs(findings: Findings, rows: list[Row]) -> Iterator[str]:
    """How much worse the cheaper method is at most: non-inferiority, a question of its own."""
    judged = [row for row in rows if row["verdict"] != ONE_PAIR]
    if judged:
        level, margin = findings.evaluated.evaluation.level, judged[0]["margin"]
        yield (
            f"Freezing is the cheaper one. How much worse it is at most (one-sided {1 - level:.0%} bound; "
            f"not worse by {margin:g} or more: adjusted p ≤ {level:g}):"
        )
        yield "\n".join(_freezing_line(row, level) for row in judged)


def _freezing_line(row: Row, level: float) -> str:
    holds = is_significant(row["p_not_worse_adjusted"], level)
    said = f" (not worse by {row['margin']:g} or more)" if holds else ""
    where = f"{escape(part_label(row['body_part']))}, {row['images']:,} images"
    return f"- {where}: at most {row['worse_by']:.3f} worse{said}"


def _crossover_paragraphs(findings: Findings) -> Iterator[str]:
    if len(findings.crossovers):
        yield "Training images from which on fine-tuning is ahead (the crossover size):"
        rows = records(with_recipe(over_backbones(findings.crossovers)))
        yield "\n".join(_crossover_line(row) for row in rows)


def _crossover_line(row: Row) -> str:
    part, backbone = escape(part_label(row["body_part"])), escape(row["backbone"])
    return f"- {part}, {backbone}: {crossover_text(row)}"


def _efficiency_paragraphs(findings: Findings) -> Iterator[str]:
    """Fine-tuning with N images equals the frozen network with how many times N."""
    if len(findings.efficiency):
        yield (
            "To equal fine-tuning, the frozen network needs how many times as many labelled images (the "
            f"label-efficiency ratio, {findings.evaluated.evaluation.confidence:.0%} interval):"
        )
        lines: dict[tuple[str, str], list[str]] = {}
        for row in records(with_recipe(over_backbones(findings.efficiency))):
            ratios = lines.setdefault((row["body_part"], row["backbone"]), [])
            ratios.append(f"at {row['images']:,} images {ratio_text(row)}")
        yield "\n".join(
            f"- {escape(part_label(part))}, {escape(backbone)}: {'; '.join(ratios)}"
            for (part, backbone), ratios in lines.items()
        )


def crossover_text(row: Row) -> str:
    """`**640** [310, above 1,000]`; no estimate where the interval spans all that was measured."""
    bounds = [_images(row, name) for name in ("low", "high")]
    if not is_determined(row):
        return f"{NOT_DETERMINED} [{bounds[0]}, {bounds[1]}]"
    return f"**{_images(row, 'value')}** [{bounds[0]}, {bounds[1]}]"


def _images(row: Row, name: str) -> str:
    """A crossover or its bound: a number of images, below the smallest size or above the largest."""
    status = row["status" if name == "value" else f"{name}_status"]
    ends = {ALWAYS: f"below {row['smallest']:,}", BEYOND: f"above {row['largest']:,}"}
    if status in ends:
        return ends[status]
    return UNDEFINED if pd.isna(row[name]) else f"{row[name]:,.0f}"
