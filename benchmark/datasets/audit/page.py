"""The findings of an audit as one HTML file, with the pictures of copies side by side."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from benchmark.datasets.audit.checks import Audit
from benchmark.datasets.audit.copies import Copy
from benchmark.datasets.audit.findings import Finding
from extractors.array_store import write_atomically
from extractors.pixels import UnreadableImageError, decode
from results.counts import counted
from results.label_tasks import MULTILABEL
from results.page.blocks import Block, FigureBlock, Prose, Section, TableBlock
from results.page.rendering import render
from results.text import for_markdown

SHOWN = 30  # pairs with pictures per finding, so that the page stays below about 10 MB
_SIDE, _GAP = 224, 8  # pixels of a picture, and between two
_COLUMNS = ["image", "patient", "study", "body_part"]


def page(audited: Audit, title: str) -> str:
    """The page as HTML, with nothing loaded from elsewhere; all text of the data set is escaped."""
    overview = pd.DataFrame(
        [(f.code, f.severity, f.message) for f in audited.findings], columns=["code", "severity", "finding"]
    )
    sections = [Section("Overview", [TableBlock(overview, "All checks.")])]
    sections += [Section(finding.code, list(_blocks(audited, finding))) for finding in audited.findings]
    return render(title, counted(len(audited.manifest.images), "image"), sections)


def _blocks(audited: Audit, finding: Finding) -> Iterator[Block]:
    yield Prose(f"**{finding.severity}**: {for_markdown(finding.message)}")
    if finding.examples:
        yield TableBlock(pd.DataFrame({"example": finding.examples}), f"All examples of {finding.code}.")
    if len(finding.copies) > SHOWN:
        yield Prose(f"Pictures are shown of the first {SHOWN} of {len(finding.copies):,} pairs.")
    for copy in finding.copies[:SHOWN]:
        figure = _side_by_side(audited, copy)
        if figure is not None:
            yield figure


def _side_by_side(audited: Audit, copy: Copy) -> FigureBlock | None:
    """The two images of a copy as one picture; None when a file has become unreadable since."""
    rows = audited.manifest.images.iloc[[copy.first, copy.second]]
    try:
        pictures = [decode(audited.manifest.root / image, _SIDE, "pad") for image in rows["image"]]
    except UnreadableImageError:
        return None
    both = np.full((_SIDE, 2 * _SIDE + _GAP), 255, np.uint8)
    both[:, :_SIDE], both[:, _SIDE + _GAP :] = pictures
    stream = io.BytesIO()
    Image.fromarray(both).save(stream, "PNG", optimize=True)
    changes = copy.changes or "as it is"
    first, second = map(str, rows["image"])
    caption = f"{for_markdown(first)} and {for_markdown(second)}: {changes}, likeness {copy.likeness:.3f}"
    return FigureBlock(stream.getvalue(), _table(audited, rows), caption, f"{first} beside {second}")


def _table(audited: Audit, rows: pd.DataFrame) -> pd.DataFrame:
    """What the manifest says of images: classes by name, each finding in a column."""
    task = audited.manifest.task
    shown = rows[[*_COLUMNS, *task.label_columns, "split"]]
    if task.is_binary or task.kind == MULTILABEL:
        return shown
    return shown.assign(label=[task.classes[number] for number in rows["label"]])


def write_page(audited: Audit, folder: Path, title: str) -> Path:
    """Write audit.html into a folder, which is made; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "audit.html"
    write_atomically(path, page(audited, title))
    return path
