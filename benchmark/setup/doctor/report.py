"""Findings for a bug report: as JSON values, without paths, addresses, or names of users and machines."""

import getpass
import os
import re
import socket
from collections.abc import Iterable
from pathlib import Path

from benchmark.setup.doctor.finding import Finding, Surroundings

_ADDRESS = re.compile(r"\b[a-zA-Z][\w+.-]*://[^\s'\"]+")
_PATH = re.compile(r"(?<![\w/.])(?:~|\.{1,2})?/[^\s'\",:;()]+|\b[A-Za-z]:\\[^\s'\",;()]+")
_DATA = "data"  # the check whose messages hold ids, folders and values of tables: they are not scrubbed
_UNTOLD = "not told in a bug report"
_PUBLIC = re.compile(r"https://pytorch\.org/\S+")


def for_bug_report(findings: Iterable[Finding], around: Surroundings) -> list[dict[str, str]]:
    """A mapping for each finding: check, state, what, why, do."""
    private = _private(around)
    return [
        {
            "check": finding.check,
            "state": finding.state,
            "what": _without(_told(finding), private),
            "why": _without(finding.why, private),
            "do": _without(finding.do, private),
        }
        for finding in findings
    ]


def _told(finding: Finding) -> str:
    """The public text; what was found itself only where it is not about data."""
    return finding.public or (_UNTOLD if finding.check == _DATA else finding.what)


def _private(around: Surroundings) -> dict[str, str]:
    """Texts that say whose machine this is, longest first, and what stands for each."""
    grid = around.grid
    root = getattr(grid.dataset, "root", None) if grid else None
    paths = [Path.home(), Path.cwd(), around.workspace.folder, around.grid_file, root]
    texts = {str(path): "<path>" for path in paths if path and len(path.parts) > 1}
    texts |= {str(path.absolute()): "<path>" for path in paths if path and len(path.parts) > 1}
    texts |= {around.scheduler: "<address>"} if around.scheduler else {}
    texts |= dict.fromkeys((socket.gethostname(), socket.gethostname().partition(".")[0]), "<host>")
    texts |= {_user(): "<user>"}
    return {text: texts[text] for text in sorted(texts, key=len, reverse=True) if text}


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return os.environ.get("USER", "")


def _without(text: str, private: dict[str, str]) -> str:
    public = _PUBLIC.findall(text)
    for number, address in enumerate(public):
        text = text.replace(address, f"\0{number}\0")
    text = _ADDRESS.sub("<address>", text)
    for word, stand_in in private.items():
        if os.sep in word:
            text = text.replace(word, stand_in)
        else:
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", stand_in, text, flags=re.IGNORECASE)
    text = _PATH.sub("<path>", text)
    for number, address in enumerate(public):
        text = text.replace(f"\0{number}\0", address)
    return text
