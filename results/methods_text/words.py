"""How numbers and lists are written in a sentence: filters of the methods template."""

from collections.abc import Sequence

_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def joined(items: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {last} ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def number(count: int) -> str:
    """`three`, `12`, `36,808`."""
    return _SMALL[count] if 0 <= count < len(_SMALL) else f"{count:,}"


def counted(count: int, noun: str) -> str:
    """`1 image`, `36,808 images`; in digits, as counts are compared."""
    return f"{count:,} {noun if count == 1 else plural_of(noun)}"


def spelt(count: int, noun: str) -> str:
    """`one seed`, `three seeds`."""
    return f"{number(count)} {noun if count == 1 else plural_of(noun)}"


def plural_of(noun: str) -> str:
    """`studies` of study, `images` of image."""
    return noun[:-1] + "ies" if noun.endswith("y") else noun + "s"


def spoken(name: str) -> str:
    """A name of the grid as words: `balanced_accuracy` is balanced accuracy."""
    return name.replace("_", " ")


def percent(share: float) -> str:
    """`95 %`, `12.5 %`."""
    return f"{100 * share:.6g} %"


def plain(value: float) -> str:
    """`0.0003`, `32`: the shortest decimal form; `1e-07` for what would need many zeros."""
    return f"{value:.10f}".rstrip("0").rstrip(".") if 1e-6 <= abs(value) < 1e6 else f"{value:g}"
