"""The facts that checklists are filled from: those of the methods text, with counts and results."""

from importlib.metadata import metadata
from typing import Any

import numpy as np
import pandas as pd

from benchmark.analysis.findings import Findings
from benchmark.analysis.leaders import leaders
from benchmark.analysis.resampled_cells import Method
from benchmark.reporting.answer import answer_rows
from benchmark.reporting.methods_facts import facts_of
from benchmark.store.record import Finished
from results.evaluation import unit_table
from results.frames import records
from results.labels import look_of
from results.metrics import AT_CHOSEN

_PACKAGE = "benchmark"
_UNITS = {"images": "image", "studies": "study", "patients": "patient"}  # columns of the manifest
_LABELS = {"normal": 0, "abnormal": 1}


def checklist_facts(findings: Findings) -> dict[str, Any]:
    """The input of `results.checklists.filled`: plain values only.

    The keys of `facts_of`, and: listed (images, studies and patients of the data set), main_part (of
    `parts`, the one that results are given for), counts (its images, studies and patients by side and
    label), shared_patients (how many are on both sides), unreadable (images), scores (every method at the
    largest size), differences (the head-to-head), calls (sensitivity, specificity and errors of what
    training folds choose), software (name, version and license) and digests.
    """
    facts = facts_of(findings)
    finished = findings.evaluated.finished
    main = next(part for part in facts["parts"] if part["body_part"] == findings.main_part)
    package = metadata(_PACKAGE)
    return facts | {
        "listed": _amount(findings.plan.manifest.images),
        "main_part": main,
        "counts": _counts(findings),
        "shared_patients": _shared_patients(findings),
        "unreadable": len({image for record in finished for image in record.unreadable}),
        "scores": _scores(findings),
        "differences": [_plain(row) for row in answer_rows(findings)],
        "calls": _calls(findings),
        "software": {
            "name": _PACKAGE,
            "version": package["Version"],
            "license": package["License-Expression"],
        },
        "digests": {
            "manifest": sorted({record.fingerprint["manifest"] for record in finished}),
            "pixels": sorted({record.pixels_digest for record in finished}),
            "predictions": len(finished),
        },
    }


def _amount(images: pd.DataFrame) -> dict[str, int]:
    return {name: int(images[column].nunique()) for name, column in _UNITS.items()}


def _counts(findings: Findings) -> dict[str, dict[str, dict[str, int]]]:
    """Images, studies and patients of the main body part, by side and label."""
    table = findings.counts[findings.counts["body_part"] == findings.main_part]
    rows = {(row["split"], row["label"]): row for row in records(table)}
    return {
        side: {
            name: {unit: int(rows[side, label][unit]) for unit in _UNITS} for name, label in _LABELS.items()
        }
        for side in ("train", "test")
    }


def _shared_patients(findings: Findings) -> int:
    plan = findings.plan
    patients = plan.manifest.images["patient"].to_numpy()
    return len(set(patients[plan.pool]) & set(patients[plan.test]))


def _scores(findings: Findings) -> list[dict[str, Any]]:
    """What training folds choose of every method, at the largest size of the main body part."""
    setting = findings.evaluated.largest[findings.main_part]
    table = findings.chosen
    here = (table["body_part"] == setting.body_part) & (table["train_size"] == setting.train_size)
    return [
        _plain(row) | {"method": _name(row["strategy"], row["backbone"], _variant(row))}
        for row in records(table[here])
    ]


def _calls(findings: Findings) -> list[dict[str, Any]]:
    setting = findings.evaluated.largest[findings.main_part]
    return [_called(findings, record) for record in leaders(findings.evaluated, setting)]


def _called(findings: Findings, record: Finished) -> dict[str, Any]:
    """Sensitivity and specificity at the threshold that training chose, and the errors that they count."""
    unit = findings.evaluated.evaluation.unit
    table = unit_table(findings.evaluated.predictions(record), unit)
    positive = table["label"].to_numpy() == 1
    called = table["probability"].to_numpy() >= record.threshold
    rates = {
        name: record.bounded(unit, name + AT_CHOSEN).model_dump() for name in ("sensitivity", "specificity")
    }
    return rates | {
        "method": _name(record.strategy, record.backbone),
        "positives": int(np.sum(positive)),
        "negatives": int(np.sum(~positive)),
        "missed": int(np.sum(positive & ~called)),
        "false_alarms": int(np.sum(~positive & called)),
    }


def _variant(row: dict[str, Any]) -> str:
    return Method(row["strategy"], row["backbone"], row["classifier"]).variant


def _name(strategy: str, *more: str) -> str:
    """`fine-tuned resnet18`."""
    return " ".join(filter(None, (look_of(strategy).label, *more)))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Numbers as Python's own, and None for NaN."""
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in row.items()}
    return {
        name: None if isinstance(value, float) and np.isnan(value) else value for name, value in plain.items()
    }
