"""The methods of a study as paragraphs for a paper, from methods.md.j2 and plain facts."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment, StrictUndefined, Template

from results.methods_text import words
from results.methods_text.references import references
from results.metric_lookup import limits, metric_named
from results.metrics import AT_CHOSEN
from results.text import for_markdown


class Methods(NamedTuple):
    """The text in Markdown, with works cited as `(Holm 1979)`, and their keys in references.bib, in order."""

    text: str
    keys: list[str]


def methods(facts: Mapping[str, Any]) -> Methods:
    """Paragraphs on data, models, statistics and software, divided by empty lines.

    `facts` is what `benchmark.reporting.methods_facts.facts_of` returns: the grid as
    `Grid.model_dump(mode="json")`, with what was found in the manifest and the records. Raises
    jinja2.UndefinedError for a fact that is not there, and KeyError for a key that references.bib lacks.
    """
    keys: list[str] = []

    def cite(*asked: str) -> str:
        """` (Holm 1979; Chen & Guestrin 2016)`, each work only where it is first cited."""
        new = [key for key in asked if key not in keys]
        keys.extend(new)
        return f" ({'; '.join(references()[key].short for key in new)})" if new else ""

    def cite_dataset(citation: str) -> str:
        """The same for a manifest's `citation`: keys divided by commas, or any other text as it is."""
        asked = [key.strip() for key in citation.split(",")]
        if all(key in references() for key in asked):
            return cite(*asked)
        return f" ({for_markdown(citation)})" if citation else ""

    written = _template().render(facts, cite=cite, cite_dataset=cite_dataset)
    paragraphs = (" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", written))
    return Methods("\n\n".join(filter(None, paragraphs)), keys)


@cache
def _template() -> Template:
    environment = Environment(  # no autoescape: Markdown for results.page.prose, which lets no HTML through
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.do"]
    )
    environment.filters |= {
        name: getattr(words, name)
        for name in ("joined", "number", "counted", "spelt", "spoken", "percent", "plain")
    }
    environment.filters |= {
        "literal": for_markdown,
        "capital": _capital,
    }
    environment.globals |= {"at_chosen": AT_CHOSEN, "metric_named": metric_named, "limits": limits}
    return environment.from_string((files("results.methods_text") / "methods.md.j2").read_text("utf-8"))


def _capital(text: str, wanted: bool) -> str:
    return text[:1].upper() + text[1:] if wanted else text
