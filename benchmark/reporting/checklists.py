"""The reporting checklists of a report: written as Word and Markdown, and counted for the page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from results.checklists import CHECKLISTS, Checklist, FilledItem, filled, save_checklist
from results.checklists.checklist import FILLED, PARTLY, TO_WRITE
from results.checklists.phrases import Facts
from results.page import TableBlock

_NOTE = (
    "Filled from the records of this study. What they do not hold is marked in the files: a person must "
    "write it. The items are paraphrased; a journal may ask for its own form."
)


@dataclass(frozen=True)
class WrittenChecklist:
    """A checklist with its filled items and its files (DOCX, Markdown)."""

    checklist: Checklist
    items: Sequence[FilledItem]
    files: Sequence[Path]


def write_checklists(facts: Facts, folder: Path) -> list[WrittenChecklist]:
    """Fill every checklist from the facts of `checklist_facts` and write it below `folder`."""
    written = []
    for checklist in CHECKLISTS:
        items = filled(checklist, facts)
        written.append(WrittenChecklist(checklist, items, save_checklist(checklist, items, folder)))
    return written


def checklists_block(written: Sequence[WrittenChecklist], folder: Path) -> TableBlock:
    """A table of how many items are filled, with links to the files relative to `folder`."""
    words = {".docx": "Word", ".md": "Markdown"}
    links = {
        f"{one.checklist.title} ({words[path.suffix]})": path.relative_to(folder).as_posix()
        for one in written
        for path in one.files
    }
    return TableBlock(pd.DataFrame([_row(one) for one in written]), "Reporting checklists.", _NOTE, links)


def _row(written: WrittenChecklist) -> dict[str, str | int]:
    counts = Counter(item.status for item in written.items)
    statuses = {status: counts[status] for status in (FILLED, PARTLY, TO_WRITE)}
    return {"checklist": written.checklist.title, "items": len(written.items), **statuses}
