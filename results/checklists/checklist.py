"""The parts of a checklist, and how its items are filled from the facts of a study."""

from collections.abc import Sequence
from dataclasses import dataclass

from results.checklists.phrases import Facts
from results.checklists.sentences import SENTENCES

NOT_IN_RECORDS = "Not in the records"
FILLED, PARTLY, TO_WRITE = "filled", "partly filled", "to be written"


@dataclass(frozen=True)
class Item:
    """What a checklist asks for, in our words.

    `sentences` are names of `results.checklists.sentences.SENTENCES`, which answer it or a part of it;
    `by_hand` is what no record holds, so that a person must write it. An item has at least one of the two.
    """

    number: str
    section: str
    topic: str
    sentences: Sequence[str] = ()
    by_hand: str = ""


@dataclass(frozen=True)
class Checklist:
    """A published checklist: `name` is that of its files, `citation` its key in references.bib."""

    name: str
    title: str
    citation: str
    items: Sequence[Item]


@dataclass(frozen=True)
class FilledItem:
    """An item with what the records say to it; `where` are the sections of the report that show it."""

    item: Item
    text: str  # sentences; empty where the records hold nothing
    where: Sequence[str] = ()

    @property
    def missing(self) -> str:
        """What a person must write, as a sentence that starts with NOT_IN_RECORDS; empty when nothing is."""
        if self.item.by_hand:
            return f"{NOT_IN_RECORDS}: {self.item.by_hand}."
        return "" if self.text else f"{NOT_IN_RECORDS}."

    @property
    def status(self) -> str:
        """FILLED, PARTLY or TO_WRITE."""
        if not self.missing:
            return FILLED
        return PARTLY if self.text else TO_WRITE


def filled(checklist: Checklist, facts: Facts) -> list[FilledItem]:
    """Every item of a checklist, in its order, with the sentences that the facts allow.

    `facts` is what `benchmark.reporting.checklist_facts.checklist_facts` returns. Raises KeyError for a
    fact that is not there.
    """
    return [_filled(item, facts) for item in checklist.items]


def _filled(item: Item, facts: Facts) -> FilledItem:
    said = [(SENTENCES[name].write(facts), SENTENCES[name].where) for name in item.sentences]
    texts = [text for text, _ in said if text]
    return FilledItem(item, " ".join(texts), tuple(dict.fromkeys(where for text, where in said if text)))
