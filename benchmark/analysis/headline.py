"""The answer of a grid in one sentence, and a row for each body part, from the verdicts alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from benchmark.analysis.paired_differences import QUESTIONS, Comparison, with_recipe
from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from benchmark.analysis.verdicts import judged
from benchmark.datasets.names import EVERY_PART
from benchmark.grid.schema import Evaluation
from results.frames import records
from results.labels import metric_label, part_label, percent
from results.tables.formatting import signed
from results.verdict import DOING, ONE_PAIR, UNDECIDED, spoken_verdict

NO_ANSWER = "No answer: no network of the grid is both frozen and fine-tuned (or adapted) yet"
INTERIM = "Interim, comparisons or seeds of the grid are not finished yet"
_NAMED = 3  # body parts of one verdict that a sentence names; more are counted
Row = dict[str, Any]


@dataclass(frozen=True)
class Headline:
    """The answer in one sentence. `verdict`: what to do and where; `numbers`: the difference behind it.

    `warnings` are what to know before believing it. `rows` are those of `verdicts.difference_rows`, one for
    each question and body part at its largest size, with `fewer_images`: the verdicts at its other sizes in
    words. Without a network that is used in two ways there is no row, and NO_ANSWER is the verdict.
    """

    question: str
    verdict: str
    numbers: str = ""
    warnings: Sequence[str] = ()
    rows: Sequence[Row] = ()

    @property
    def sentence(self) -> str:
        """The whole answer on one line; names in it are as users typed them."""
        said = f"{self.verdict}: {self.numbers}" if self.numbers else self.verdict
        return ". ".join([*self.warnings, f"{said}."])


def headline(differences: pd.DataFrame, evaluation: Evaluation, leak: str = "") -> Headline:
    """The answer to the first of QUESTIONS that a grid asks, at the largest size first.

    `differences` is `verdicts.difference_rows`, `leak` says how patients leak (`finished.leak_of`). The
    answer is that of all body parts together where the grid has them, of its only part, or of each part.
    """
    warnings = [f"{leak}: scores are too high"] if leak else []
    asked = {question: rows for question in QUESTIONS if (rows := rows_of(differences, question))}
    if not asked:
        return Headline(QUESTIONS[0].question, NO_ANSWER, warnings=warnings)
    question, rows = next(iter(asked.items()))
    parts = _by_part(rows)
    main = parts.get(EVERY_PART) or (next(iter(parts.values())) if len(parts) == 1 else [])
    if any(row["interim"] for found in asked.values() for row in found):
        warnings = [*warnings, INTERIM]
    verdict = _over_sizes(main) if main else _over_parts(parts)
    shown = main[:1] or [sizes[0] for sizes in parts.values()]
    return Headline(
        question.question,
        verdict[:1].upper() + verdict[1:],
        _numbers(question, shown, evaluation),
        warnings,
        [row for found in asked.values() for row in _largest(_by_part(found))],
    )


def rows_of(differences: pd.DataFrame, comparison: Comparison) -> list[Row]:
    """The rows with a verdict of one of QUESTIONS, over all backbones that have both sides.

    Those of the only backbone where there is one. Every command and page shows these rows.
    """
    asked = judged(differences, comparison)
    return records(with_recipe(asked)) if len(asked) else []


def size_text(row: Mapping[str, Any]) -> str:
    """The training images of a row: `1,000`, `all 5,232`, or `4,709 (90 % of patients)`."""
    size, images = row["train_size"], f"{row['images']:,.0f}"
    if not isinstance(size, str):
        return images
    return f"all {images}" if size == "full" else f"{images} {size.removeprefix('full ')}"


def _by_part(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows of each body part, `all` first; its largest size first."""
    parts = sorted(dict.fromkeys(row["body_part"] for row in rows), key=lambda part: part != EVERY_PART)
    by_size = sorted(rows, key=lambda row: -row["images"])
    return {part: [row for row in by_size if row["body_part"] == part] for part in parts}


def _largest(parts: Mapping[str, Sequence[Row]]) -> Iterator[Row]:
    """The row of each body part at its largest size, with the verdicts at its other sizes in words."""
    for largest, *others in parts.values():
        fewer = "; ".join(f"{words} with {sizes}" for words, sizes in _sizes_by_verdict(others).items())
        yield largest | {"size": size_text(largest), "fewer_images": fewer}


def _sizes_by_verdict(rows: Sequence[Row]) -> dict[str, str]:
    """The sizes of each verdict as `100 and 400`, of the verdict at the largest size first."""
    said: dict[str, list[str]] = {}
    for row in rows:
        said.setdefault(_spoken(row), []).insert(0, size_text(row))
    return {words: _listed(sizes) for words, sizes in said.items()}


def _spoken(row: Row) -> str:
    return spoken_verdict(row["verdict"], row["margin"])


def _over_sizes(rows: Sequence[Row]) -> str:
    """The verdicts of one body part, whose largest size comes first."""
    said = _sizes_by_verdict(rows)
    if len(said) == 1 < len(rows):
        return f"{_spoken(rows[0])} at {_all_of(rows[0])} {len(rows)} training sizes"
    return ", ".join(f"{words} with {sizes} images" for words, sizes in said.items())


def _over_parts(parts: Mapping[str, Sequence[Row]]) -> str:
    """The verdicts of several body parts, each at its largest size."""
    said: dict[str, list[str]] = {}
    for part, (largest, *_) in parts.items():
        said.setdefault(_spoken(largest), []).append(part_label(part))
    if len(said) == 1:
        largest, *_ = next(iter(parts.values()))
        return f"{_spoken(largest)} for {_all_of(largest)} {len(parts)} body parts"
    return ", ".join(f"{words} for {_parts_text(names, len(parts))}" for words, names in said.items())


def _parts_text(names: Sequence[str], of: int) -> str:
    return _listed(names) if len(names) <= _NAMED else f"{len(names)} of {of} body parts"


def _all_of(row: Row) -> str:
    return "any of the" if row["verdict"] in (UNDECIDED, ONE_PAIR) else "all"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _numbers(question: Comparison, rows: Sequence[Row], evaluation: Evaluation) -> str:
    """What the second rather than the first of a question changed; of several parts, the range."""
    first, second = (DOING[strategy] for strategy in question)
    network, *others = {row["backbone"] for row in rows}
    one = network != EVERY_BACKBONE and not others
    doing = f"{second} {network} instead of {first} it" if one else f"{second} instead of {first}"
    metric = metric_label(evaluation.primary, evaluation.unit)
    over = "" if one or others else " (mean over networks)"
    if len(rows) > 1:
        least, *_, most = sorted(rows, key=lambda row: row["difference"])
        span = " to ".join(
            f"{signed(row['difference'])} ({part_label(row['body_part'])})" for row in (least, most)
        )
        return f"each at its largest size, {doing} changed the {metric}{over} by {span}"
    row = rows[0]
    part = "" if row["body_part"] == EVERY_PART else f" of {part_label(row['body_part'])}"
    changed = f"{signed(row['difference'])}{_interval(row, evaluation)}"
    return f"with {size_text(row)} images{part}, {doing} changed the {metric}{over} by {changed}"


def _interval(row: Row, evaluation: Evaluation) -> str:
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return ""
    interval = f"{percent(evaluation.confidence)} interval {signed(row['low'])} to {signed(row['high'])}"
    apart = row["low"] > 0 or row["high"] < 0
    adjusted = f"; not enough after adjustment for {int(row['family'])} planned comparisons"
    return f" ({interval}{adjusted if apart and row['verdict'] == UNDECIDED else ''})"
