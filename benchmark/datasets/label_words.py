"""The labels 0 (normal) and 1 (abnormal), as numbers or as one of the pairs of words that people write."""

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"([01])(?:[.,]0+)?")  # 0, 1, and 1.0 of a column that once held empty fields
_PAIRS = (
    ("normal", "abnormal"),
    ("negative", "positive"),
    ("neg", "pos"),
    ("false", "true"),
    ("no", "yes"),
    ("n", "y"),
    ("f", "t"),
)
EXPECTED = "label must be 0 (normal) or 1 (abnormal), or one of the pairs " + ", ".join(
    "/".join(pair) for pair in _PAIRS[:5]
)

OTHER_TASKS = (
    "; for other classes or grades set dataset.task: multiclass or ordinal in the grid (--task of a command)"
)


def meaning_of(labels: Iterable[str]) -> dict[str, int]:
    """The meaning, 0 or 1, of each different label; those that cannot be read are left out.

    All labels must be of one kind: numbers, or one pair of words in any case. Nothing is guessed from a label
    that only looks like one of them (`l` for `1`, full-width digits). When there are several kinds, the
    labels of all but the most frequent kind are left out.
    """
    kinds: dict[int, dict[str, int]] = {}
    counts: dict[int, int] = {}
    for label in labels:
        read = _kind_and_meaning(label)
        if read is not None:
            kind, meaning = read
            kinds.setdefault(kind, {})[label] = meaning
            counts[kind] = counts.get(kind, 0) + 1
    return kinds[max(counts, key=lambda kind: counts[kind])] if counts else {}


def _kind_and_meaning(label: str) -> tuple[int, int] | None:
    """Numbers are kind -1, a pair of words its place in `_PAIRS`."""
    number = _NUMBER.fullmatch(label) if label.isascii() else None
    if number:
        return -1, int(number[1])
    word = label.lower() if label.isascii() else ""
    for kind, pair in enumerate(_PAIRS):
        if word in pair:
            return kind, pair.index(word)
    return None


def note_on(meaning: dict[str, int]) -> str:
    """What was taken for what; empty when the labels are 0 and 1."""
    other = {label: value for label, value in meaning.items() if label != str(value)}
    taken = [
        f"'{label}' taken for {value}" for label, value in sorted(other.items(), key=lambda item: item[1])
    ]
    return f"label {', '.join(taken)}" if taken else ""
