"""Body parts together: the mean difference over parts, how they differ, and each part's shrunken estimate."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pandas as pd

from benchmark.analysis.paired_differences import QUESTION, Pair
from benchmark.datasets.names import EVERY_PART
from results.counts import counted, of_count
from results.heterogeneity import LEAST_PARTS, Bounded, Part, PartsTogether, part_of, parts_together

Row = dict[str, Any]
Key = tuple[str, str, int | str]  # backbone, recipe, training size
ONE_SEED = "one seed shows nothing of other training subsets"
_NUMBERS = ("mean", "low", "high", "new_low", "new_high", "tau", "i2", "q", "p")


class _Group(NamedTuple):
    """The pairs of several body parts, and what they say together or the reason why not."""

    key: Key
    pairs: list[Pair]  # all, then only those with a standard error where `together` is there
    together: PartsTogether | None
    reason: str | None


def together_rows(found: Iterable[Pair], confidence: float) -> pd.DataFrame:
    """One row per backbone, recipe and training size: fine-tuned minus frozen over the body parts.

    Columns: backbone, recipe, train_size, parts (used), mean, low, high, new_low and new_high (of another
    part), tau (the standard deviation over parts), i2, q and p (of Welch's test), as of
    `results.heterogeneity.PartsTogether`, None where undefined; reason (why there are none, or None). `all`
    is no part.
    """
    return pd.DataFrame([_together(group) for group in _groups(found, confidence)])


def shrunken_rows(found: Iterable[Pair], confidence: float) -> pd.DataFrame:
    """One row per body part in `together_rows` that can be combined with the others.

    Columns: backbone, recipe, train_size, body_part, difference, low and high (of the part alone), shrunken,
    shrunken_low and shrunken_high (NaN with too few parts).
    """
    return pd.DataFrame([row for group in _groups(found, confidence) for row in _shrunken(group, confidence)])


def _groups(found: Iterable[Pair], confidence: float) -> Iterator[_Group]:
    members: dict[Key, list[Pair]] = {}
    for pair in found:
        if pair.comparison == QUESTION and pair.setting.body_part != EVERY_PART:
            key = pair.match.backbone, pair.match.recipe, pair.setting.train_size
            members.setdefault(key, []).append(pair)
    for key, pairs in members.items():
        if len(pairs) > 1:
            yield _group(key, pairs, confidence)


def _group(key: Key, pairs: list[Pair], confidence: float) -> _Group:
    if any(len(pair.difference.seeds) < 2 for pair in pairs):
        return _Group(key, pairs, None, ONE_SEED)
    known: list[tuple[Pair, Part]] = []
    for pair in pairs:
        part = part_of(pair.difference.estimate, confidence)
        if part is not None:
            known.append((pair, part))
    if len(known) < LEAST_PARTS:
        return _Group(
            key,
            pairs,
            None,
            f"{counted(len(known), 'body part')} {of_count(len(known), 'has', 'have')} a standard error",
        )
    return _Group(key, [pair for pair, _ in known], parts_together([p for _, p in known], confidence), None)


def _together(group: _Group) -> Row:
    row: Row = {**_axes(group.key), "parts": len(group.pairs), **dict.fromkeys(_NUMBERS)}
    found = group.together
    if found is not None:
        new = found.new_part
        row |= {"mean": found.mean.value, "low": found.mean.low, "high": found.mean.high}
        row |= {"new_low": new.low, "new_high": new.high} if new else {}
        row |= {name: getattr(found, name) for name in ("tau", "i2", "q", "p")}
    return row | {"reason": group.reason}


def _shrunken(group: _Group, confidence: float) -> Iterator[Row]:
    if group.together is None:
        return
    unknown = Bounded(float("nan"), float("nan"), float("nan"))
    shrunken = group.together.shrunken or [unknown] * len(group.pairs)
    for pair, (value, low, high) in zip(group.pairs, shrunken, strict=True):
        alone = pair.difference.interval(confidence)
        yield {
            **_axes(group.key),
            "body_part": pair.setting.body_part,
            "difference": pair.difference.value,
            **dict(zip(("low", "high"), alone, strict=True)),
            **{"shrunken": value, "shrunken_low": low, "shrunken_high": high},
        }


def _axes(key: Key) -> Row:
    return dict(zip(("backbone", "recipe", "train_size"), key, strict=True))
