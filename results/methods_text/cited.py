"""Citations within sentences: keys between marks while the text is made, names of works at its end."""

import re

from results.methods_text.citations import BY_KEY

_CITED = re.compile(" ?\x02([^\x03]*)\x03")


def cite(*keys: str) -> str:
    """The mark of one or more works, to stand behind a space."""
    return f"\x02{' '.join(keys)}\x03"


def with_names(text: str) -> str:
    """The text with works as `(Holm 1979; Chen & Guestrin 2016)`, each where it is first cited."""
    said: set[str] = set()

    def named(mark: re.Match[str]) -> str:
        new = [key for key in mark[1].split() if key not in said]
        said.update(new)
        return f" ({'; '.join(BY_KEY[key].short for key in new)})" if new else ""

    return _CITED.sub(named, text)


def cited_keys(text: str) -> list[str]:
    """The keys of a text's marks, each once."""
    return list(dict.fromkeys(key for mark in _CITED.finditer(text) for key in mark[1].split()))
