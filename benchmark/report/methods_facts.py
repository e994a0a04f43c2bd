"""What the methods paragraph needs to know of a study, from its grid and its records."""

import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from benchmark.analysis.findings import Findings
from benchmark.analysis.paired_differences import TUNED_FROZEN
from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from benchmark.grid.schema import Grid
from benchmark.grid.sections import BackboneEntry
from results.methods_text import Facts, Network, PartCounts, Recipe

_FOLDS = 5


def facts_of(findings: Findings) -> Facts:
    """The facts of what was done; what was not done is absent."""
    return {
        **_data_facts(findings),
        **_method_facts(findings.plan.grid),
        **_statistics_facts(findings),
        **_machine_facts(findings),
    }


def _data_facts(findings: Findings) -> Facts:
    grid, first = findings.plan.grid, findings.study.cells[0]
    facts: Facts = {
        "dataset_kind": grid.dataset.kind,
        "protocol": grid.dataset.protocol,
        "evaluated_on": first["evaluated_on"],
        "parts": [_part(findings, part) for part in grid.body_parts],
        "train_sizes": grid.train_sizes,
        "seeds": grid.seeds,
        "image_size": grid.image.size,
        "image_fit": grid.image.fit,
    }
    if grid.dataset.kind == "mura":
        facts["dataset"] = "MURA"
    elif "pneumoniamnist" in str(getattr(grid.dataset, "root", "")).lower():
        facts["dataset"] = "PneumoniaMNIST"
    return facts


def _part(findings: Findings, part: str) -> PartCounts:
    plan = findings.plan
    train, test = (plan.manifest.images.iloc[plan.rows_of(rows, part)] for rows in (plan.pool, plan.test))
    return {
        "body_part": part,
        "train_patients": train["patient"].nunique(),
        "train_studies": train["study"].nunique(),
        "train_images": len(train),
        "test_patients": test["patient"].nunique(),
        "test_studies": test["study"].nunique(),
        "test_images": len(test),
    }


def _method_facts(grid: Grid) -> Facts:
    facts: Facts = {"folds": _FOLDS}
    if grid.feature_extraction:
        facts["frozen"] = _networks(grid.feature_extraction.backbones)
        facts["classifiers"] = grid.feature_extraction.classifiers
    if grid.hand_crafted:
        facts["descriptors"] = grid.hand_crafted.descriptors
        facts["descriptor_classifiers"] = grid.hand_crafted.classifiers
    if grid.fine_tuning:
        recipe = next(iter(grid.fine_tuning.named_recipes.values()))
        stages = [stage.model_dump(mode="json") for stage in recipe.each_stage()]
        facts["fine_tuned"] = _networks(grid.fine_tuning.backbones)
        facts["recipe"] = Recipe(**recipe.model_dump(mode="json") | {"stages": stages})  # type: ignore[typeddict-item]
    return facts


def _networks(entries: Sequence[BackboneEntry]) -> list[Network]:
    return [{"name": entry.name, "weights": Path(entry.weights).name} for entry in entries]


def _statistics_facts(findings: Findings) -> Facts:
    evaluation = findings.plan.grid.evaluation
    facts: Facts = {
        "primary": evaluation.primary,
        "unit": evaluation.unit,
        "confidence": evaluation.confidence,
        "resamples": evaluation.resamples,
        "crossover": bool(len(findings.crossovers)),
        "curve_fits": bool(len(findings.fits)) and bool(findings.fits["reason"].isna().any()),
        "tests": _tests(findings),
        "controls": list(dict.fromkeys(findings.controls["control"])) if len(findings.controls) else [],
    }
    family = _family(findings.differences)
    return facts | {"comparisons": int(family["family"].iloc[0])} if len(family) else facts


def _family(differences: pd.DataFrame) -> pd.DataFrame:
    """The family of the main question."""
    if not len(differences):
        return differences
    rows = differences[differences["comparison"] == TUNED_FROZEN]
    return rows[rows["backbone"] != EVERY_BACKBONE]


def _tests(findings: Findings) -> list[Literal["delong", "mcnemar", "critical_difference"]]:
    tests: list[Literal["delong", "mcnemar", "critical_difference"]] = []
    if len(findings.tests):
        tests += ["delong", "mcnemar"]
    if findings.ranks["reason"] is None:
        tests.append("critical_difference")
    return tests


def _machine_facts(findings: Findings) -> Facts:
    cells = findings.study.cells
    devices = dict.fromkeys(r["cost"].get("device") for r in cells if "cost" in r)
    return {
        "devices": [device for device in devices if device],
        "versions": {"python": platform.python_version(), **cells[-1]["versions"]},
    }
