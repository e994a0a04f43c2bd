"""Names that people write in several ways: what stays of a name when its spelling does not count."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

_WHOLE_NUMBER = re.compile(r"\+?(\d+)(?:[.,]0*)?")  # 12, 0012, 12.0 and 12,00
_SCIENTIFIC = re.compile(r"\+?(\d)[.,]?(\d*)e\+?(\d{1,2})")  # 1.2E+01, as Excel shows long numbers
_ZEROS = re.compile(r"(?<![\d.])0+(?=\d)")  # before the first other digit of a number
_DASHES = re.compile(r"[\u2010-\u2015\u2212_]")
# Cyrillic and Greek letters that look like Latin ones (a part of Unicode's confusables.txt), in lower case
_LOOK_ALIKE = str.maketrans("авекмнорстухіјѕԁɡαορτυνικ", "abekmhopctyxijsdgaoptuvik")


def composed(text: str) -> str:
    """The text in Unicode's composed form (NFC): `é` as one character, as most systems but macOS write it."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


@lru_cache(maxsize=2**16)  # the patients of a data set are asked for by each check
def without_spelling(text: str) -> str:
    """What two spellings of one name share.

    Left out are blanks, invisible characters, case, Unicode forms, leading zeros, a decimal point with zeros
    only, and letters of other scripts that look alike: `00012`, `12`, `12.0` and `1.2E+01` become `12`,
    `P 007` becomes `p7`.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(c for c in text if unicodedata.category(c)[0] not in "ZC")
    text = "".join(text.split()).casefold()
    if not text.isascii():
        text = _DASHES.sub("-", text).translate(_LOOK_ALIKE)
    return _number(_DASHES.sub("-", text))


def _number(text: str) -> str:
    whole = _WHOLE_NUMBER.fullmatch(text)
    if whole:
        return whole[1].lstrip("0") or "0"
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific:
        first, more, exponent = scientific[1], scientific[2].rstrip("0"), int(scientific[3])
        if len(more) <= exponent:
            return (first + more.ljust(exponent, "0")).lstrip("0") or "0"
    return _ZEROS.sub("", text)


def written_differently(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Groups of names that differ in their spelling only, each sorted, in the order of first appearance."""
    groups: dict[str, set[str]] = defaultdict(set)
    for name in names:
        groups[without_spelling(name)].add(name)
    return [tuple(sorted(group)) for group in groups.values() if len(group) > 1]
