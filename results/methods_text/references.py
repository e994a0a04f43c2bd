"""The works of references.bib: how the text cites them, how a list shows them, and their BibTeX."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from results.text import for_markdown

_ENTRY = re.compile(r"^@(\w+)\{([^,\s]+),\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^\s*(\w+) = \{(.*)\},$", re.MULTILINE)


@dataclass(frozen=True)
class Reference:
    """One entry of the file, with its fields as plain text and the BibTeX that it was read from."""

    key: str
    kind: str  # article, book, misc, ...
    fields: Mapping[str, str]
    bibtex: str

    @property
    def short(self) -> str:
        """Authors and year within the text: `Holm 1979`, `Chen & Guestrin 2016`, `Yang et al. 2023`."""
        families = [name.partition(",")[0] for name in self._authors]
        several = len(families) > 2 or "others" in families
        named = f"{families[0]} et al." if several else " & ".join(families)
        return f"{self.fields.get('shortauthor', named)} {self.fields['year']}"

    @property
    def markdown(self) -> str:
        """The line of the list of references, which ends with a link to the work."""
        named = [name for name in self._authors if name != "others"]
        authors = ", ".join(_with_initials(name) for name in named)
        more = ", et al." if "others" in self._authors else "."
        parts = [f"{authors}{more} {self.fields['title']}.", f"{self._source}{self.fields['year']}."]
        return " ".join([*parts, self._link])

    @property
    def _authors(self) -> list[str]:
        field = self.fields["author"]
        return field.split(" and ") if "," in field else [field]  # no comma: an organisation

    @property
    def _source(self) -> str:
        """Journal, book or publisher, with volume, issue and pages: `Biometrics 44(3):837–845, `."""
        names = (self.fields.get(name, "") for name in ("journal", "booktitle", "publisher", "address"))
        number = f"({self.fields['number']})" if "number" in self.fields else ""
        volume = f" {self.fields['volume']}{number}" if "volume" in self.fields else ""
        pages = self.fields.get("pages", "").replace("--", "–")
        before = ":" if volume else ", "
        source = ", ".join(filter(None, names)) + volume + (f"{before}{pages}" if pages else "")
        return f"{source}, " if source else ""

    @property
    def _link(self) -> str:
        doi = self.fields.get("doi")
        words = f"doi:{doi}" if doi else self.fields["url"]
        address = f"https://doi.org/{quote(doi, safe='/:;().-')}" if doi else self.fields["url"]
        return f"[{for_markdown(words)}](<{address}>)"


def _with_initials(name: str) -> str:
    """`Kermany DS` for `Kermany, D. S.`."""
    family, _, given = name.partition(", ")
    return f"{family} {re.sub('[. ]', '', given)}".strip()


@cache
def references() -> dict[str, Reference]:
    """The entries of references.bib by key, in the order of the file."""
    text = (files("results.methods_text") / "references.bib").read_text(encoding="utf-8")
    return {entry.key: entry for entry in read_bibtex(text)}


def read_bibtex(text: str) -> list[Reference]:
    """The entries of BibTeX as this project writes it: one field a line, its value in braces, no macros.

    Raises ValueError for two entries of one key.
    """
    found = []
    for match in _ENTRY.finditer(text):
        kind, key, body = match.groups()
        fields = {name: re.sub(r"[{}]|\\(?=&)", "", value) for name, value in _FIELD.findall(body)}
        found.append(Reference(key, kind, fields, match[0]))
    keys = [entry.key for entry in found]
    if twice := [key for key in keys if keys.count(key) > 1]:
        raise ValueError(f"two BibTeX entries have the key '{twice[0]}': rename one")
    return found


def bibliography(keys: Iterable[str]) -> str:
    """The BibTeX of the entries with these keys, each once, in the order of the keys.

    Raises KeyError for a key that references.bib does not have.
    """
    return "\n\n".join(references()[key].bibtex for key in dict.fromkeys(keys)) + "\n"
