"""The facts that the methods text is written from, out of the grid, the manifest and the records."""

import platform
from typing import Any

import pandas as pd

from benchmark.analysis.findings import Findings
from benchmark.analysis.paired_differences import QUESTION
from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from classifiers.selection import FOLDS

_LABELS = {
    "logistic_regression": "logistic regression",
    "linear_svm": "a linear support vector machine",
    "rbf_svm": "a support vector machine with a Gaussian kernel",
    "xgboost": "gradient-boosted trees by XGBoost",
    "edges": "edges",
    "hog": "histograms of oriented gradients",
    "lbp": "local binary patterns",
    "glcm": "grey-level co-occurrence matrices",
    "combined": "the features of edges, gradients, patterns and co-occurrences together",
}
_SOFTWARE = {
    "logistic_regression": ["pedregosa2011sklearn"],
    "linear_svm": ["pedregosa2011sklearn"],
    "rbf_svm": ["pedregosa2011sklearn"],
    "xgboost": ["chen2016xgboost"],
}


def facts_of(findings: Findings) -> dict[str, Any]:
    """What `results.methods_text.methods` writes about: plain values only.

    Keys: grid (`Grid.model_dump(mode="json")`), dataset (name and citation, empty where unknown),
    evaluated_on, parts (images, studies and patients of each body part, by side), stages (of the
    fine-tuning, complete), folds, labels and software (names in prose and BibTeX keys of classifiers and
    descriptors), comparisons (how many are in the main family), crossover, curve_fits, tests, controls,
    devices and versions.
    """
    plan, cells = findings.plan, findings.study.cells
    devices = dict.fromkeys(device for record in cells for device in record.devices)
    tuned = plan.grid.fine_tuning
    return {
        "grid": plan.grid.model_dump(mode="json"),
        "dataset": _dataset(findings),
        "evaluated_on": cells[0].evaluated_on,
        "parts": [_part(findings, part) for part in plan.grid.body_parts],
        "stages": [stage.model_dump(mode="json") for stage in tuned.recipe.each_stage()] if tuned else [],
        "folds": FOLDS,
        "labels": _LABELS,
        "software": _SOFTWARE,
        "comparisons": _comparisons(findings.differences),
        "crossover": bool(len(findings.crossovers)),
        "curve_fits": bool(len(findings.fits)) and bool(findings.fits["reason"].isna().any()),
        "tests": _tests(findings),
        "controls": list(dict.fromkeys(findings.controls["control"])) if len(findings.controls) else [],
        "devices": list(devices),
        "versions": {"python": platform.python_version(), **cells[-1].versions},
    }


def _dataset(findings: Findings) -> dict[str, str]:
    manifest = findings.plan.manifest
    return {"name": getattr(manifest, "name", ""), "citation": getattr(manifest, "citation", "")}


def _part(findings: Findings, part: str) -> dict[str, Any]:
    plan = findings.plan
    counts: dict[str, Any] = {"body_part": part}
    for side, rows in (("train", plan.pool), ("test", plan.test)):
        images = plan.manifest.images.iloc[plan.rows_of(rows, part)]
        counts[f"{side}_patients"] = images["patient"].nunique()
        counts[f"{side}_studies"] = images["study"].nunique()
        counts[f"{side}_images"] = len(images)
    return counts


def _comparisons(differences: pd.DataFrame) -> int:
    """How many comparisons of fine-tuned with frozen networks Holm's method adjusted for."""
    if not len(differences):
        return 0
    main = (differences["comparison"] == QUESTION.name) & (differences["backbone"] != EVERY_BACKBONE)
    family = differences.loc[main, "family"]
    return int(family.iloc[0]) if len(family) else 0


def _tests(findings: Findings) -> list[str]:
    tests = ["delong", "mcnemar"] if len(findings.tests) else []
    return tests + (["critical_difference"] if findings.ranks["reason"] is None else [])
