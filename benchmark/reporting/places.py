"""Does it look at the right place? The answer in words, of the maps of kept models against known boxes."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pandas as pd

from benchmark.analysis.findings import Findings
from benchmark.analysis.paired_differences import QUESTION
from benchmark.reporting.overview_figures import Figure
from results.figures import LocalisationCurves
from results.frames import records
from results.labels import look_of, part_label
from results.tables.formatting import signed
from results.text import for_file_name, for_markdown

JUDGED = "pointing"  # the measure that the words are about
_Row = dict[str, Any]


def place_figures(findings: Findings) -> Iterator[Figure]:
    """(file name, caption, function that makes the figure); none where nothing was measured."""
    table, part = findings.localisation, findings.main_part
    if len(table):
        rows = table[table["body_part"] == part].rename(
            columns={"backbone": "line", "images": "train_images"}
        )
        caption = (
            f"Does it look at the right place? {part_label(part)}: maps of what speaks for abnormal against "
            "the known boxes of test images. Pointing game: the largest value lies in the box. Energy: share "
            "of the map's sum in the box. Overlap: of the box and as many of the largest values as it has "
            "pixels. Bands: intervals over test patients and seeds."
        )
        yield f"localisation_{for_file_name(part)}", caption, partial(LocalisationCurves, rows)


def place_text(table: pd.DataFrame) -> str:
    """Paragraphs and lists for the page, in the markup of `results.page.Prose`; `table` has rows."""
    judged = table[table["measure"] == JUDGED]
    return "\n\n".join(_part_text(rows) for _, rows in judged.groupby("body_part", sort=False))


def sees_from(rows: list[_Row]) -> int | None:
    """The fewest training images from which on, at all sizes, the map finds more than the middle does.

    That is where the interval of the gain lies above 0. `rows` are those of one method and measure. None
    where it does not at the largest size.
    """
    found = None
    for row in sorted(rows, key=lambda row: -row["images"]):
        if row["gain_low"] is None or pd.isna(row["gain_low"]) or row["gain_low"] <= 0:
            break
        found = int(row["images"])
    return found


def _part_text(judged: pd.DataFrame) -> str:
    rows = records(judged)
    first = rows[0]
    counts = f"{first['marked']:,} test images of {first['marked_patients']:,} patients"
    lines = [
        f"**{part_label(first['body_part'])}**: {counts} have a known box. "
        f"By chance, a map's largest value lies in it in {first['chance']:.0%} of them; "
        f"that of a map of the middle of the image does in {first['centre']:.0%}.",
        "\n".join(_method_line(list(own)) for own in _by_method(rows)),
    ]
    return "\n\n".join([*lines, *_earlier(rows)])


def _by_method(rows: list[_Row]) -> Iterator[list[_Row]]:
    names = dict.fromkeys(_method(row) for row in rows)
    for name in names:
        yield [row for row in rows if _method(row) == name]


def _method(row: _Row) -> tuple[str, str, str]:
    return row["strategy"], row["backbone"], row["classifier"]


def _method_line(rows: list[_Row]) -> str:
    last, start = max(rows, key=lambda row: row["images"]), sees_from(rows)
    name = " ".join(filter(None, (for_markdown(last["backbone"]), look_of(last["strategy"]).label)))
    when = f"more often than the middle from {start:,} images on" if start else "not shown to beat the middle"
    return (
        f"- {name}: **{when}**; at {last['images']:,} images in {last['value']:.0%} "
        f"[{last['low']:.0%}, {last['high']:.0%}], {_interval(last, 'gain')} against the middle"
    )


def _earlier(rows: list[_Row]) -> Iterator[str]:
    """Whether fine-tuning looks at the right place at fewer images than the same network frozen."""
    for tuned in _by_method([row for row in rows if row["strategy"] == QUESTION.second]):
        name = tuned[0]["backbone"]
        frozen = [row for row in rows if (row["strategy"], row["backbone"]) == (QUESTION.first, name)]
        if frozen:
            sizes = [row for row in tuned if row["ahead"] is not None and not pd.isna(row["ahead"])]
            apart = "; ".join(f"{_interval(row, 'ahead')} at {row['images']:,} images" for row in sizes)
            yield (
                f"{for_markdown(name)}: {_verdict(sees_from(tuned), sees_from(frozen))} "
                f"Fine-tuned minus frozen: {apart}."
            )


def _verdict(tuned: int | None, frozen: int | None) -> str:
    if tuned is None and frozen is None:
        return "neither fine-tuned nor frozen is shown to look at the right place at these sizes."
    if tuned == frozen:
        return f"fine-tuned and frozen look at the right place from the same size on, {tuned:,} images."
    if frozen is None or (tuned is not None and tuned < frozen):
        other = "frozen at none of these sizes" if frozen is None else f"frozen from {frozen:,} on"
        return f"**fine-tuned it looks at the right place at fewer images**: from {tuned:,} on, {other}."
    other = "fine-tuned at none of these sizes" if tuned is None else f"fine-tuned from {tuned:,} on"
    return f"**frozen it looks at the right place at fewer images**: from {frozen:,} on, {other}."


def _interval(row: _Row, name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return f"{signed(row[name], 2)} [{signed(low, 2)}, {signed(high, 2)}]"
