"""The file of TabICL's weights on this machine, named by an environment variable: nothing is downloaded."""

import os
from importlib.util import find_spec
from pathlib import Path

from extractors.digests import file_digest

VARIABLE = "BENCHMARK_TABICL"
_SOURCE = "tabicl-classifier-v2-20260212.ckpt of jingang/TabICL on the Hugging Face hub"


def checkpoint() -> Path:
    """The file of TabICL's weights. Raises ValueError, with the way out, where there is none."""
    if why := why_absent():
        raise ValueError(why)
    return Path(os.environ[VARIABLE])


def why_absent() -> str:
    """Why TabICL cannot be used here, in words; empty when it can."""
    named = os.environ.get(VARIABLE, "")
    if find_spec("tabicl") is None:
        return "TabICL is not installed: install the extra 'tabicl' of benchmark"
    if not named:
        return f"TabICL has no weights: set {VARIABLE} to the file {_SOURCE}"
    if not Path(named).is_file():
        return f"TabICL has no weights: {VARIABLE} is {named}, which is no file"
    return ""


def identity() -> dict[str, str]:
    """The digest of the weights: other ones make stored results stale."""
    return {"checkpoint": file_digest(checkpoint())}
