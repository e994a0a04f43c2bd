"""The leaderboard as one HTML page that loads nothing, and the same numbers as JSON beside it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from benchmark.errors import UserError, reason
from benchmark.sharing.leaderboard import DataSet, Leaderboard
from extractors.array_store import write_atomically
from results.labels import metric_label, percent
from results.page import Block, Prose, Section, TableBlock, render
from results.rank_stability import LEAST_SETS
from results.ranks import DESCRIPTION
from results.tables.columns import IMAGES, PART, Column, number_column, text_column
from results.tables.formatting import (
    CHOSEN_SIDES,
    Formatted,
    Row,
    difference,
    method_label,
    number,
    score,
    two_decimals,
)
from results.tables.paper import STAR, paper_table
from results.text import DAGGER, for_markdown

PAGE, NUMBERS = "leaderboard.html", "leaderboard.json"
_EXPORT = text_column("export", "export")
_METHOD = text_column("method", "method", method_label)
_NEAR = (
    "Intervals of ranks describe these test patients: between methods that are nearly equal they are too "
    "narrow (Xie, Singh and Zhang 2009)."
)


def write_leaderboard(board: Leaderboard, folder: Path) -> list[Path]:
    """Write the page and the JSON into a folder, which is made. Raises UserError where that cannot be."""
    texts = {PAGE: page(board), NUMBERS: json.dumps(board.to_json(), indent=1, allow_nan=False) + "\n"}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            write_atomically(folder / name, text)
    except OSError as error:
        raise UserError(f"--out: {folder} cannot be made or written ({reason(error)})") from None
    return [folder / name for name in texts]


def page(board: Leaderboard) -> str:
    """The page's HTML; all names of exports, grids and methods are escaped."""
    metric = metric_label(board.evaluation.primary, board.evaluation.unit)
    sections = [Section("What is compared", [Prose(_introduction(board, metric))])]
    if len(board.data_sets) > 1:
        sections.append(Section("Over data sets", list(_overall(board))))
    sections += [Section(one.name, list(_data_set(board, one, metric))) for one in board.data_sets]
    sections.append(Section("Freeze or fine-tune", list(_verdicts(board))))
    sections.append(Section("Exports and versions", [_exports(board)]))
    exports, sets = len(board.exports), len(board.data_sets)
    counted = f"{exports} export{'s' * (exports != 1)}, {sets} data set{'s' * (sets != 1)}"
    return render("Leaderboard", f"{metric} · {counted}", sections)


def _introduction(board: Leaderboard, metric: str) -> str:
    first = for_markdown(str(board.exports["export"].iloc[0]))
    paired = [one for one in board.data_sets if len(one.exports) > 1]
    direct = "\n".join(
        f"- {one.name}: {for_markdown(', '.join(one.exports))} have the same test digest. They were tested "
        "on the same images, patients and labels, and are compared directly, paired by patient."
        for one in paired
    )
    apart = (
        "Exports of different data sets were tested on different patients. **Their scores must not be "
        "compared**: only ranks are brought together."
        if len(board.data_sets) > 1
        else "All exports were tested on the same patients."
    )
    return "\n\n".join(
        filter(
            None,
            [
                f"Every number is computed anew from the predictions in the exports: {metric}, with the "
                f"settings of the first export ({first}), {percent(board.evaluation.confidence)} "
                f"intervals, {board.evaluation.resamples:,} resamplings of the test patients.",
                apart,
                direct,
                "This page shows which method was best on these test sets. Whoever takes the best of many "
                "methods from it takes a value that is too high: another test set would show a lower one.",
            ],
        )
    )


def _overall(board: Leaderboard) -> Iterator[Block]:
    if board.why_not:
        yield Prose(for_markdown(board.why_not))
        return
    sets = len(board.data_sets)
    columns = [_METHOD, *_rank_columns()]
    caption = f"Mean ranks over {sets} data sets of the methods that all of them have (1 is best)."
    spread = (
        f"the {sets} data sets, drawn with replacement"
        if sets >= LEAST_SETS
        else "the test patients of these data sets, which are too few to tell of others"
    )
    note = f"Interval and first place: over {spread}. {DESCRIPTION}"
    yield TableBlock(
        paper_table("overall", caption, board.overall, columns), for_markdown(caption), for_markdown(note)
    )


def _data_set(board: Leaderboard, one: DataSet, metric: str) -> Iterator[Block]:
    yield Prose(f"{for_markdown(one.facts)}. Test digest `{one.digest[:16]}`.")
    if one.why_not:
        yield Prose(for_markdown(one.why_not))
    else:
        blocks = f"{one.blocks} body part{'s' * (one.blocks != 1)} and size{'s' * (one.blocks != 1)}"
        caption = f"{one.name}: mean ranks over {blocks} that have every method (1 is best)."
        note = f"Interval and first place: over resamplings of the test patients. {_NEAR} {DESCRIPTION}"
        table = paper_table("ranks", caption, one.ranks, [_EXPORT, _METHOD, *_rank_columns()])
        yield TableBlock(table, for_markdown(caption), for_markdown(note))
    caption = f"{one.name}: {metric} of every method, by body part and training images."
    columns = [
        PART,
        IMAGES,
        _EXPORT,
        _METHOD,
        number_column("seeds", "seeds", str),
        Column(f"{metric} [{percent(board.evaluation.confidence)} interval]", score),
    ]
    note = (
        f"{STAR}: the best of its body part and size on this test set; {DAGGER}: not distinguished from it "
        f"(paired by patient, Holm over the methods), which does not show that they are equal. {CHOSEN_SIDES}"
    )
    table = paper_table("scores", caption, one.scores, columns)
    yield TableBlock(table, for_markdown(caption), for_markdown(note))


def _verdicts(board: Leaderboard) -> Iterator[Block]:
    if not len(board.verdicts):
        yield Prose("No export has one network used in two ways: frozen, adapted or fine-tuned.")
        return
    columns = [
        _EXPORT,
        PART,
        IMAGES,
        text_column("backbone", "backbone"),
        text_column("second − first", "comparison"),
        Column("difference", difference),
        Column("verdict", _verdict, "l"),
        number_column("second", "second"),
        number_column("first", "first"),
    ]
    caption = "The differences of fine-tuned, adapted and frozen, with the verdict of each export."
    note = (
        "By each export's own metric, margin and planned comparisons; intervals are unadjusted, verdicts at "
        "the familywise level. Interim: some planned comparisons of the grid are not in the export."
    )
    yield TableBlock(paper_table("verdicts", caption, board.verdicts, columns), caption, note)


def _verdict(row: Row) -> Formatted:
    text = f"{row['verdict']}{' (interim)' if row['interim'] else ''}"
    return Formatted(text, value=text)


def _exports(board: Leaderboard) -> TableBlock:
    return TableBlock(
        board.exports.rename(columns=lambda name: str(name).replace("_", " ")),
        "What each export is, and the versions that its cells were computed with.",
    )


def _rank_columns() -> list[Column]:
    return [Column("mean rank", _rank), number_column("in first place", "first", _share)]


def _rank(row: Row) -> Formatted:
    known = not pd.isna(row["low"])
    interval = f"[{two_decimals(row['low'])}, {two_decimals(row['high'])}]" if known else ""
    return Formatted(two_decimals(row["rank"]), interval, value=row["rank"])


def _share(value: float | None) -> str:
    return number(None) if value is None or pd.isna(value) else f"{100 * value:.0f} %"
