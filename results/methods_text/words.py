"""How numbers and lists are written in a sentence: filters of the methods template."""

from results.counts import counted, joined, plural_of

__all__ = ["counted", "joined", "number", "percent", "plain", "plural_of", "spelt", "spoken"]
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number(count: int) -> str:
    """`three`, `12`, `36,808`."""
    return _SMALL[count] if 0 <= count < len(_SMALL) else f"{count:,}"


def spelt(count: int, noun: str) -> str:
    """`one seed`, `three seeds`."""
    return f"{number(count)} {noun if count == 1 else plural_of(noun)}"


def spoken(name: str) -> str:
    """A name of the grid as words: `balanced_accuracy` is balanced accuracy."""
    return name.replace("_", " ")


def percent(share: float) -> str:
    """`95 %`, `12.5 %`."""
    return f"{100 * share:.6g} %"


def plain(value: float) -> str:
    """`0.0003`, `32`: the shortest decimal form; `1e-07` for what would need many zeros."""
    return f"{value:.10f}".rstrip("0").rstrip(".") if 1e-6 <= abs(value) < 1e6 else f"{value:g}"
