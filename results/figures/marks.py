"""A colour and a shape for each value of a category, told apart by the colour-blind and in grey print."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from results.labels import BLACK, BLUE, GREEN, GREY, LIGHT, ORANGE, PURPLE, SKY, VERMILION
from results.outcomes import CLASSES, FALSE_NEGATIVE, FALSE_POSITIVE, TRUE_NEGATIVE, TRUE_POSITIVE

TRAINING, TEST, UNUSED = "training", "test", "not used"  # the side of an image
NOT_JUDGED = "no prediction"  # the outcome of an image that is not in the test set
OTHERS = "others"  # all values without a mark of their own
SHAPES = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D"}  # their names to matplotlib


class Mark(NamedTuple):
    """How the points of one value are drawn; `shape` is a key of SHAPES."""

    color: str
    shape: str


_CYCLE = tuple(
    Mark(color, shape)
    for color, shape in zip(
        (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK),
        ("circle", "square", "triangle", "diamond", "circle", "square", "triangle"),
        strict=True,
    )
)
LABELS = dict(zip(CLASSES, (Mark(BLUE, "circle"), Mark(VERMILION, "square")), strict=True))
SIDES = {  # what is drawn later lies on top
    UNUSED: Mark(LIGHT, "diamond"),
    TRAINING: Mark(SKY, "circle"),
    TEST: Mark(VERMILION, "square"),
}
JUDGED = {
    NOT_JUDGED: Mark(LIGHT, "circle"),
    TRUE_NEGATIVE: Mark(SKY, "circle"),
    TRUE_POSITIVE: Mark(BLUE, "square"),
    FALSE_POSITIVE: Mark(ORANGE, "triangle"),
    FALSE_NEGATIVE: Mark(VERMILION, "diamond"),
}


def marks_of(values: Iterable[str]) -> dict[str, Mark]:
    """A mark for each different value, the most frequent first; OTHERS where there are more than marks."""
    counted = Counter(values)
    names = sorted(counted, key=lambda name: (-counted[name], name))
    found = dict(zip(names, _CYCLE, strict=False))
    return found | {OTHERS: Mark(GREY, "circle")} if len(names) > len(_CYCLE) else found


def present(marks: Mapping[str, Mark], values: Iterable[str]) -> dict[str, Mark]:
    """The marks of the values that occur, in their order."""
    found = set(values)
    return {name: mark for name, mark in marks.items() if name in found}
