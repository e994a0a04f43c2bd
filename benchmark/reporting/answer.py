"""The answer in words: freeze, adapt or fine-tune, per body part and size, and from how many images on."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from benchmark.analysis.findings import Findings
from benchmark.analysis.finished import leak_of
from benchmark.analysis.headline import rows_of
from benchmark.analysis.paired_differences import ADAPTATION, QUESTION, QUESTIONS, Comparison, with_recipe
from benchmark.analysis.verdicts import over_backbones
from benchmark.datasets.names import BY_IMAGE
from results.crossover import ALWAYS, BEYOND, NOT_DETERMINED, UNDEFINED, is_determined
from results.frames import records
from results.labels import covered, metric_label, part_label, size_label
from results.tables.formatting import p_text
from results.tables.label_efficiency import ratio_text
from results.text import for_markdown
from results.verdict import DOING, ONE_PAIR, cost_text, freezing_text, is_significant, verdict_text

Row = dict[str, Any]


def answer_rows(findings: Findings, comparison: Comparison = QUESTION) -> list[Row]:
    """The differences of one of QUESTIONS with their verdicts: `headline.rows_of`."""
    return rows_of(findings.differences, comparison)


def answer_text(findings: Findings) -> str:
    """Paragraphs and lists for the page's beginning, in the markup of `results.page.Prose`."""
    answered = {asked: rows for asked in QUESTIONS if (rows := answer_rows(findings, asked))}
    if not answered:
        return "No network of the grid is both frozen and fine-tuned yet: there is no head-to-head."
    first, rows = findings.evaluated.finished[0], answered.get(QUESTION, [])
    paragraphs = [
        *_verdict_paragraphs(findings, answered),
        *_parts_paragraphs(findings),
        *_freezing_paragraphs(findings, rows),
        *_crossover_paragraphs(findings),
        *_efficiency_paragraphs(findings),
    ]
    if any(row["interim"] for found in answered.values() for row in found[:1]):
        paragraphs.insert(0, "**Interim: comparisons or seeds of the grid are not finished yet.**")
    leak = leak_of(findings.evaluated.finished)
    if leak:
        how = (
            "The split is by image"
            if first.protocol == BY_IMAGE
            else "Some patients are in training and in test"
        )
        paragraphs.insert(0, f"**{how}: patients leak from training into the test set.**")
    return "\n\n".join(paragraphs)


def _verdict_paragraphs(findings: Findings, answered: dict[Comparison, list[Row]]) -> Iterator[str]:
    """The verdicts on each question that the grid asks."""
    evaluation, first = findings.evaluated.evaluation, findings.evaluated.finished[0]
    where = first.evaluated_on or "the test part"
    for asked, rows in answered.items():
        backbones = list(dict.fromkeys(row["backbone"] for row in rows))
        names = for_markdown(", ".join(backbones))
        yield (
            f"{metric_label(evaluation.primary, evaluation.unit)} on {where}, {asked.difference} "
            f"({names}), unadjusted {evaluation.confidence:.0%} intervals over "
            f"{covered(min(row['seeds'] for row in rows))}; the verdict is at the familywise level "
            f"{evaluation.level:g} over the {int(rows[0]['family'])} comparisons that the grid plans:"
        )
        cheaper = DOING[asked.first] if ADAPTATION in asked else ""  # freezing has paragraphs of its own
        yield "\n".join(_line(row, len(backbones) > 1, cheaper) for row in rows)


def difference_text(row: Row) -> str:
    """The difference with its interval, each number with its sign; a dash where one is undefined."""
    numbers = (row[name] for name in ("difference", "low", "high"))
    value, low, high = ("–" if pd.isna(number) else f"{number:+.3f}" for number in numbers)
    return f"{value} [{low}, {high}]"


def _line(row: Row, named: bool, cheaper: str) -> str:
    who = f"{for_markdown(row['backbone'])}, " if named else ""
    said = verdict_text(row["verdict"], row["margin"], row["detectable"])
    caution = f" ({for_markdown(row['caution'])})" if row["caution"] else ""
    cost = cost_text(row["cost_share"])
    price = f"; {cheaper} {cost}" if cheaper and cost else ""
    return f"- {who}{_where(row)}: **{said}**, {difference_text(row)}{price}{caution}"


def _where(row: Row) -> str:
    size = f"{row['images']:,} images ({row['patients']:,} patients)"
    return f"{for_markdown(part_label(row['body_part']))}, {size}"


def _freezing_paragraphs(findings: Findings, rows: list[Row]) -> Iterator[str]:
    """How much worse the cheaper method is at most: non-inferiority, a question of its own."""
    judged = [row for row in rows if row["verdict"] != ONE_PAIR]
    if judged:
        level, margin = findings.evaluated.evaluation.level, judged[0]["margin"]
        yield (
            f"Is the cheaper one good enough? How much worse freezing is at most (one-sided {1 - level:.0%} "
            f"bound; not worse by {margin:g} or more: adjusted p ≤ {level:g}), and the time of both with all "
            "that was searched:"
        )
        yield "\n".join(_freezing_line(row, level) for row in judged)


def _freezing_line(row: Row, level: float) -> str:
    holds = is_significant(row["p_not_worse_adjusted"], level)
    said = f" (not worse by {row['margin']:g} or more)" if holds else ""
    return f"- {_where(row)}: {freezing_text(row['worse_by'], row['cost_share'])}{said}"


def _parts_paragraphs(findings: Findings) -> Iterator[str]:
    """What the body parts say together, per training size: the headline for parts."""
    if len(findings.together):
        evaluation = findings.evaluated.evaluation
        rows = records(with_recipe(over_backbones(findings.together)))
        yield (
            "All body parts together, fine-tuned minus frozen: the mean over parts with its "
            f"{evaluation.confidence:.0%} interval, and where the true difference of another part is "
            "expected (each part: section “Body parts together”):"
        )
        yield "\n".join(_parts_line(row) for row in rows)


def _parts_line(row: Row) -> str:
    where = f"- {for_markdown(row['backbone'])}, {size_label(row['train_size'])} images, {row['parts']} parts"
    if not pd.isna(row["reason"]):
        return f"{where}: {row['reason']}"
    another = "not known from two parts"
    if not pd.isna(row["new_low"]):
        another = f"[{row['new_low']:+.3f}, {row['new_high']:+.3f}]"
    return (
        f"{where}: **{row['mean']:+.3f}** [{row['low']:+.3f}, {row['high']:+.3f}]; another part {another}; "
        f"SD over parts {row['tau']:.3f}, equal parts: p {p_text(row['p'])}"
    )


def _crossover_paragraphs(findings: Findings) -> Iterator[str]:
    if len(findings.crossovers):
        yield (
            f"By training images, where a {findings.evaluated.evaluation.confidence:.0%} band that holds at "
            "all measured sizes together leaves out zero; then the crossover, from which on fine-tuning is "
            "ahead:"
        )
        rows = records(with_recipe(over_backbones(findings.crossovers)))
        yield "\n".join(_crossover_line(row) for row in rows)


def _crossover_line(row: Row) -> str:
    part, backbone = for_markdown(part_label(row["body_part"])), for_markdown(row["backbone"])
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
            f"- {for_markdown(part_label(part))}, {for_markdown(backbone)}: {'; '.join(ratios)}"
            for (part, backbone), ratios in lines.items()
        )


def crossover_text(row: Row) -> str:
    """`**frozen better up to 150 images, undecided from 150**; crossover 640 [310, above 1,000]`.

    No estimate where the interval spans all that was measured; no claim where there are no zones.
    """
    if not row["zones"]:
        return str(row["zones_text"]) or UNDEFINED
    bounds = [_images(row, name) for name in ("low", "high")]
    value = _images(row, "value") if is_determined(row) else NOT_DETERMINED
    return f"**{row['zones_text']}**; crossover {value} [{bounds[0]}, {bounds[1]}]"


def _images(row: Row, name: str) -> str:
    """A crossover or its bound: a number of images, below the smallest size or above the largest."""
    status = row["status" if name == "value" else f"{name}_status"]
    ends = {ALWAYS: f"below {row['smallest']:,}", BEYOND: f"above {row['largest']:,}"}
    if status in ends:
        return ends[status]
    return UNDEFINED if pd.isna(row[name]) else f"{row[name]:,.0f}"
