"""The words of data sets, for those who must not import pandas to know them."""

from collections.abc import Sequence
from difflib import get_close_matches

PROTOCOLS = ("official", "patient", "image")
EVERY_PART = "all"
SPLITS_VERSION = 1  # raise it when a subset or a split holds other images


def did_you_mean(value: object, allowed: Sequence[str]) -> str:
    """`; did you mean 'x'?; allowed: x, y` for a value that is not among the allowed ones."""
    near = get_close_matches(str(value), allowed, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"{hint}; allowed: {', '.join(allowed)}"
