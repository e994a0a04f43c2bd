"""The facts that the methods text is written from, out of the grid, the manifest and the records."""

import platform
from dataclasses import asdict, replace
from pathlib import PurePath
from typing import Any

import pandas as pd

from benchmark.analysis.findings import Findings
from benchmark.analysis.finished import leak_of
from benchmark.analysis.paired_differences import ADAPTATION, QUESTION, QUESTIONS
from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from benchmark.grid.strategies import STRATEGIES
from benchmark.reporting.search_budgets import classifier_budget, recipe_budget
from classifiers.catalogue import CLASSIFIERS
from classifiers.fine_tuning.recipes import Recipe
from classifiers.names import FOLDS
from extractors.descriptors import descriptors
from extractors.sources import INSTALLED, RANDOM, source_of
from extractors.sources.installed import package_of
from extractors.specs import BackboneSpec, ConcatSpec, DescriptorSpec, networks_of
from extractors.token_choice import LAST, POOLED


def facts_of(findings: Findings) -> dict[str, Any]:
    """The input of `results.methods_text.methods`: plain values only.

    Keys: grid (`Grid.model_dump(mode="json")`), dataset (name and citation, empty where unknown),
    evaluated_on, leaky (whether patients are in training and in test), parts (images, studies and patients of
    each body part, by side), frozen and tuned (networks: name, weights in words, library and its BibTeX
    key), concatenated (names of networks whose features stand side by side), mirrored (names of those with
    features of two views), recipes (of the fine-tuning: name, keys, and stages, complete; by_folds and
    by_part: whether some cells use folds and some one validation part), adapted (networks) and adaptations
    (methods, as recipes), budgets (the
    searches of a network: classifiers, few for fine-tuning with the fewest images and many with the most;
    None where a side is not there), others (sentences on strategies of other packages), folds, by_skimage
    (whether scikit-image computes all descriptors), labels (names in prose of descriptors), classifiers
    (label, method in a sentence and BibTeX keys, by name), cells (how many are planned, and how many
    finished), comparisons (how many the main family plans), interim (some of them are unfinished), together
    (whether body parts are combined), crossover, curve_fits, localisation (images and patients with a known
    place of the abnormality; None where no map was compared), tests, controls, devices and versions.
    """
    plan, cells = findings.plan, findings.evaluated.finished
    return {
        "grid": plan.grid.model_dump(mode="json"),
        "dataset": {"name": plan.manifest.name, "citation": plan.manifest.citation},
        "evaluated_on": cells[0].evaluated_on,
        "leaky": bool(leak_of(cells)),
        "parts": [_part(findings, part) for part in plan.grid.body_parts],
        "frozen": _networks(findings, QUESTION.first),
        **_features(findings),
        "tuned": _networks(findings, QUESTION.second),
        "recipes": _recipes(findings, QUESTION.second),
        "adapted": _networks(findings, ADAPTATION),
        "adaptations": _recipes(findings, ADAPTATION),
        "budgets": _budgets(findings),
        "folds": FOLDS,
        "others": [s.method for name, s in STRATEGIES.items() if s.method and getattr(plan.grid, name, None)],
        "by_skimage": _by_skimage(findings),
        "labels": {name: descriptor.label for name, descriptor in descriptors().items()},
        "classifiers": {
            name: {"label": entry.label, "method": entry.method, "citations": list(entry.citations)}
            for name, entry in CLASSIFIERS.items()
            if entry.learns
        },
        "cells": {
            "planned": len(plan.cells),
            "finished": sum(planned.status == "done" for planned in plan.cells),
        },
        **_main_family(findings.differences),
        "together": bool(len(findings.together)) and bool(findings.together["mean"].notna().any()),
        "crossover": bool(len(findings.crossovers)),
        "localisation": _localisation(findings.localisation),
        "curve_fits": bool(len(findings.fits)) and bool(findings.fits["reason"].isna().any()),
        "tests": _tests(findings),
        "controls": list(dict.fromkeys(findings.controls["control"])) if len(findings.controls) else [],
        "devices": list(dict.fromkeys(device for record in cells for device in record.devices)),
        "versions": {"python": platform.python_version(), **cells[-1].versions},
    }


def _by_skimage(findings: Findings) -> bool:
    methods = findings.plan.grid.methods()
    names = {method.extractor.name for method in methods if isinstance(method.extractor, DescriptorSpec)}
    return {descriptors()[name].library for name in names} == {"scikit-image"}


def _networks(findings: Findings, strategy: str) -> list[dict[str, str]]:
    """The networks that the grid asks of a strategy, in its order."""
    methods = findings.plan.grid.methods()
    asked = (spec for one in methods if one.strategy == strategy for spec in networks_of(one.extractor))
    return [
        _network(spec)
        for spec in dict.fromkeys(
            replace(spec, flip="", tokens=POOLED, layers=LAST, label="") for spec in asked
        )
    ]


def _features(findings: Findings) -> dict[str, Any]:
    """The networks whose features stand side by side, and those whose features are of two views."""
    asked = [method.extractor for method in findings.plan.grid.methods()]
    together = [one for one in asked if isinstance(one, ConcatSpec)]
    mirrored = [spec.name for one in asked for spec in networks_of(one) if spec.flip]
    return {
        "concatenated": [[spec.label for spec in one.parts] for one in together],
        "mirrored": list(dict.fromkeys(mirrored)),
    }


def _network(spec: BackboneSpec) -> dict[str, str]:
    source = source_of(spec.name)
    named = {
        RANDOM: "random weights",
        INSTALLED: f"ImageNet weights of the package {package_of(spec.name)}",
        source.weights: source.weights_label or f"{source.weights} weights",
    }
    return {
        "name": spec.name.removeprefix(source.prefix) or spec.name,
        "weights": named.get(spec.weights, f"weights of {PurePath(spec.weights).name}"),
        "library": source.library,
        "citation": source.citation,
    }


def _recipes_by_name(findings: Findings, strategy: str) -> dict[str, Recipe]:
    recipes: dict[str, Recipe] = {}
    for method in findings.plan.grid.methods():
        recipes |= method.recipes if method.strategy == strategy else {}
    return recipes


def _trained_images(findings: Findings, strategy: str) -> list[int]:
    """The numbers of training images that networks are fine-tuned (or adapted) with."""
    plan = findings.plan
    own = [planned.cell for planned in plan.cells if planned.cell.strategy == strategy]
    return sorted({plan.images_of(cell) for cell in own if cell.recipe})


def _budgets(findings: Findings) -> dict[str, Any]:
    methods, images = findings.plan.grid.methods(), _trained_images(findings, QUESTION.second)
    frozen = [method for method in methods if method.strategy == QUESTION.first]
    recipes = list(_recipes_by_name(findings, QUESTION.second).values())
    tuned = [recipe_budget(recipes, size) for size in (images[0], images[-1])] if recipes and images else None
    return {
        "classifiers": asdict(classifier_budget(frozen[0])) if frozen else None,
        "few": asdict(tuned[0]) if tuned else None,
        "many": asdict(tuned[1]) if tuned else None,
    }


def _recipes(findings: Findings, strategy: str) -> list[dict[str, Any]]:
    images = _trained_images(findings, strategy)
    return [
        {
            **recipe.model_dump(mode="json"),
            "name": name,
            "by_folds": any(recipe.uses_folds(size) for size in images),
            "by_part": any(not recipe.uses_folds(size) for size in images),
            "stages": [stage.model_dump(mode="json") for stage in recipe.each_stage()],
        }
        for name, recipe in _recipes_by_name(findings, strategy).items()
    ]


def _part(findings: Findings, part: str) -> dict[str, Any]:
    plan = findings.plan
    counts: dict[str, Any] = {"body_part": part}
    for side, rows in (("train", plan.pool), ("test", plan.test)):
        images = plan.manifest.images.iloc[plan.rows_of(rows, part)]
        counts[f"{side}_patients"] = images["patient"].nunique()
        counts[f"{side}_studies"] = images["study"].nunique()
        counts[f"{side}_images"] = len(images)
    return counts


def _main_family(differences: pd.DataFrame) -> dict[str, Any]:
    """How many comparisons of frozen, adapted and fine-tuned networks are planned; are some unfinished?"""
    if not len(differences):
        return {"comparisons": 0, "interim": False}
    names = [question.name for question in QUESTIONS]
    asked = differences[differences["comparison"].isin(names) & (differences["recipe"] == "")]
    rows = asked[asked["backbone"] != EVERY_BACKBONE]
    return {
        "comparisons": int(rows["family"].iloc[0]) if len(rows) else 0,
        "interim": bool(rows["interim"].any()),
    }


def _tests(findings: Findings) -> list[str]:
    tests = ["delong", "mcnemar"] if len(findings.tests) else []
    return tests + (["critical_difference"] if findings.ranks["reason"] is None else [])


def _localisation(rows: pd.DataFrame) -> dict[str, int] | None:
    """The images and patients with a known box, of the body part that has most."""
    if not len(rows):
        return None
    return {"images": int(rows["marked"].max()), "patients": int(rows["marked_patients"].max())}
