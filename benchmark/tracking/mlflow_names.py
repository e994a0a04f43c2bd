"""The one place where text that users typed becomes names and values that MLflow takes."""

import hashlib
import re

_REFUSED = re.compile(r"[^\w .-]")  # MLflow allows these in keys (and "/" and ":", which have a meaning here)
_LONGEST_NAME = 100  # characters of one part of a key; MLflow allows 250 for the whole key
LONGEST_RUN_NAME = 250  # the column of databases that enforce it
LONGEST_PARAM = 6000  # mlflow.utils.validation.MAX_PARAM_VAL_LENGTH
LONGEST_TAG = 5000  # MAX_TAG_VAL_LENGTH of the oldest servers


def mlflow_name(text: str) -> str:
    """Any text as one part of the key of a metric, param or tag; two texts never get the same name.

    Text that MLflow takes stays as it is. In other text `_` stands for what MLflow refuses, and a digest
    follows: `hand & wrist` becomes `hand _ wrist:bc572e`.
    """
    clean = _REFUSED.sub("_", text)[:_LONGEST_NAME].strip()
    if clean == text and clean.strip("."):  # "." and ".." would be folders
        return text
    return f"{clean.strip('.')}:{_digest(text)}"


def mlflow_value(text: str, longest: int = LONGEST_TAG) -> str:
    """Any text as the value of a param or tag: longer text is cut, and ends with a digest of the whole."""
    return text if len(text) <= longest else f"{text[: longest - 10]}... {_digest(text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
