"""What a check of the audit found, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from benchmark.datasets.audit.copies import Copy
from benchmark.datasets.audit.scan import Scan
from results.label_tasks import TWO_CLASSES, LabelTask


@dataclass(frozen=True)
class Audited:
    """What every check looks at: the manifest's images (one row each), what was read of them, the copies.

    `task` says what the label is.
    """

    images: pd.DataFrame
    scanned: Scan
    copies: Sequence[Copy]
    task: LabelTask = TWO_CLASSES


@dataclass(frozen=True)
class Shortcut:
    """How well something that is not disease predicts the label: AUROC with its 95 % interval.

    `of` is the class or finding that is predicted, empty for two classes.
    """

    auroc: float
    low: float
    high: float
    of: str = ""


@dataclass(frozen=True)
class Finding:
    """The result of one check; severity is `error`, `warning` or `ok`.

    `examples` are lines of text, `copies` the pairs of images that it is about, `shortcut` what was measured.
    """

    code: str
    severity: str
    message: str
    examples: tuple[str, ...] = ()
    copies: tuple[Copy, ...] = ()
    shortcut: Shortcut | None = None


def found(code: str, severity: str, what: str, examples: Sequence[str]) -> Finding:
    """A finding of this severity when there are examples, else that there are none."""
    if not examples:
        return Finding(code, "ok", f"no {what}")
    return Finding(code, severity, f"{what}: {len(examples):,}", tuple(examples))


def of_copies(code: str, severity: str, what: str, audited: Audited, column: str) -> Finding:
    """Copies whose two images differ in a column of the manifest; examples name both and their values."""
    return of_values(code, severity, what, audited, audited.images[column].tolist())


def of_values(code: str, severity: str, what: str, audited: Audited, values: Sequence[object]) -> Finding:
    """Copies whose two images differ in these values, one for each row of the manifest."""
    names = audited.images["image"].tolist()
    differ = tuple(copy for copy in audited.copies if values[copy.first] != values[copy.second])
    examples = [
        f"{names[copy.first]} ({values[copy.first]}) = {names[copy.second]} ({values[copy.second]}): "
        f"{copy.changes or 'as it is'}, likeness {copy.likeness:.3f}"
        for copy in differ
    ]
    finding = found(code, severity, what, examples)
    return Finding(finding.code, finding.severity, finding.message, finding.examples, differ)
