"""The hook of mkdocs: texts from outside of docs/ as pages, generated parts of pages, and links.

A page may hold a line such as *This part is made by `make docs`: commands.*, which is what a Git host shows;
on the site the part of that name stands there, made from the code.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from docs.hooks.commands import commands
from docs.hooks.links import OUTSIDE, site_links
from docs.hooks.models import grid_keys, record
from docs.hooks.registries import classifiers, dataset_kinds, descriptors, metrics
from docs.hooks.shipped import shipped_grids

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
PARTS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "grid_keys": grid_keys,
    "record": record,
    "metrics": metrics,
    "classifiers": classifiers,
    "descriptors": descriptors,
    "dataset_kinds": dataset_kinds,
    "shipped_grids": shipped_grids,
}
_MARK = re.compile(r"^\*This part is made by `make docs`: (\w+)\.\*$", re.MULTILINE)


def with_parts(markdown: str) -> str:
    """The page with its generated parts. Raises KeyError for a part that nothing makes."""
    return _MARK.sub(lambda mark: PARTS[mark[1]](), markdown)


def on_files(files: "Files", config: "MkDocsConfig") -> "Files":
    """Add the texts that lie outside of docs/, such as CONTRIBUTING.md, as pages; the notebooks as files."""
    from mkdocs.structure.files import File

    for source, page in OUTSIDE.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text))
    for notebook in sorted((ROOT / "examples").glob("*.ipynb")):
        name = notebook.relative_to(ROOT).as_posix()
        files.append(File.generated(config, name, content=notebook.read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: "Page", **_: object) -> str:
    """Put the generated parts in, and turn links to files outside of docs/ into links between pages."""
    return with_parts(site_links(markdown, page.file.src_uri))
