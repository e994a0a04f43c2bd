"""Counts and lists in a sentence: the noun and the verb agree with the number."""

from collections.abc import Sequence


def joined(items: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {last} ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def counted(count: int, noun: str) -> str:
    """`1 image`, `36,808 images`; in digits, as counts are compared."""
    return f"{count:,} {noun if count == 1 else plural_of(noun)}"


def of_count(count: int, one: str, many: str) -> str:
    """The verb of a count: `is` of one, `are` of none and of many."""
    return one if count == 1 else many


def planned(families: Sequence[int], noun: str = "planned comparison") -> str:
    """The sizes of families of tests: `1 planned comparison`, `12 and 3 planned comparisons`."""
    *others, last = families or [0]
    return joined([*(f"{size:,}" for size in others), counted(last, noun)])


def plural_of(noun: str) -> str:
    """`studies` of study, `images` of image."""
    return noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
