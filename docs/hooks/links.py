"""Links as they are on a Git host, turned into links of the site.

Pages link to what lies beside docs/ (`../CONTRIBUTING.md`, `../grids/mura.yaml`), so that they can be read on
a Git host. On the site these are pages, or parts of one.
"""

import os.path
import re
from pathlib import PurePosixPath

from docs.hooks.shipped import anchor

# a file of the repository and its page on the site
OUTSIDE = {
    "CONTRIBUTING.md": "project/contributing.md",
    "CHANGELOG.md": "project/changelog.md",
    "SECURITY.md": "project/security.md",
    "extractors/bundled/MODEL_CARD.md": "project/model_card.md",
}
GRIDS = "reference/grids.md"
_SOURCES = {page: source for source, page in OUTSIDE.items()}
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)(#[^)\s]*)?(?=\))")


def site_links(markdown: str, page: str) -> str:
    """The text of a page (its path on the site) with all links as the site has them."""
    source = _SOURCES.get(page, f"docs/{page}")
    return _LINK.sub(lambda link: _on_site(link[1], link[2] or "", source, page), markdown)


def _on_site(target: str, place: str, source: str, page: str) -> str:
    """One link; what is no page stays as it is, so that `mkdocs build --strict` refuses it."""
    path = os.path.normpath(PurePosixPath(source).parent / target)
    if path == "README.md":
        found = "index.md"
    elif path in OUTSIDE:
        found = OUTSIDE[path]
    elif path.startswith("grids/"):
        found, place = GRIDS, f"#{anchor(path)}"
    elif path.startswith("examples/"):
        found = path  # a notebook, to download
    elif path.startswith("docs/"):
        found = path.removeprefix("docs/")
    else:
        return target + place
    return os.path.relpath(found, PurePosixPath(page).parent) + place
