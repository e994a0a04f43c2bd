"""A filled checklist as Markdown and as a Word document, whose table can be pasted into a manuscript."""

from collections.abc import Sequence
from pathlib import Path

from results.checklists.checklist import NOT_IN_RECORDS, Checklist, FilledItem
from results.methods_text import references
from results.text import markdown_cell

_TITLES = ("Item", "Section", "Asked for", "Answer", "In the report")


def save_checklist(checklist: Checklist, items: Sequence[FilledItem], folder: Path) -> list[Path]:
    """Write NAME.docx and NAME.md below `folder`: a row per item, and what a person must write marked."""
    from results.checklists.word import write_word  # takes half a second, which only a report needs

    folder.mkdir(parents=True, exist_ok=True)
    word, markdown = (folder / f"{checklist.name}.{kind}" for kind in ("docx", "md"))
    write_word(checklist.title, _about(checklist), _TITLES, items, word)
    markdown.write_text(_markdown(checklist, items), encoding="utf-8", newline="\n")
    return [word, markdown]


def _about(checklist: Checklist) -> str:
    return (
        f"{checklist.title} ({references()[checklist.citation].short}), filled from the records of a study; "
        f"items are paraphrased. A person writes what stands after “{NOT_IN_RECORDS}”."
    )


def _markdown(checklist: Checklist, items: Sequence[FilledItem]) -> str:
    lines = [_TITLES, ["---"] * len(_TITLES), *(_cells(filled) for filled in items)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"# {checklist.title}\n\n{markdown_cell(_about(checklist))}\n\n{table}\n"


def _cells(filled: FilledItem) -> list[str]:
    item = filled.item
    plain = [item.number, item.section, item.topic]
    missing = f"**{markdown_cell(filled.missing)}**" if filled.missing else ""
    answer = " ".join(filter(None, (markdown_cell(filled.text), missing)))
    return [*map(markdown_cell, plain), answer, markdown_cell("; ".join(filled.where))]
