"""Measures recipes of fine-tuning on images that no reported test set holds, and writes docs/recipes.md.

    python -m tests.validity.recipes --pneumonia FOLDER --images FOLDER

Each cell is one fine-tuning as a grid would run it, on one thread. Finished cells are kept in measured/recipes.csv
and not run again.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, astuple, dataclass, fields
from functools import cache
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from pydantic import TypeAdapter
from rich.console import Console

from benchmark.datasets.manifest import read_manifest
from benchmark.datasets.mura import read_mura
from benchmark.datasets.names import EVERY_PART
from benchmark.datasets.nested_order import nested_order
from benchmark.datasets.phantom.draw import draw_phantom
from benchmark.datasets.splits import group_ids
from classifiers.fine_tuning.data import TrainingImages
from classifiers.fine_tuning.fine_tune import fine_tune
from classifiers.fine_tuning.recipes import PRESETS, Recipe, RecipeEntry
from classifiers.fine_tuning.tuning_task import TuningTask
from extractors.pixels import load_pixels
from extractors.specs import BackboneSpec
from results.evaluation import evaluate
from tests.validity.report_recipes import page

PAGE = Path(__file__).parents[2] / "docs" / "recipes.md"
MEASURED = Path(__file__).with_name("measured") / "recipes.csv"
SIDES = {"pneumonia": 32, "phantom 0": 64, "phantom 0.4": 64}  # pixels; PneumoniaMNIST's originals have 28
DATA = tuple(SIDES)  # phantoms by their difficulty
NETWORK = BackboneSpec("bundled", weights="bundled")
FOLDS = 3  # instead of the default, to save time
ALL = 10**6
_PHANTOM = {"patients": 1500, "long_side": 96, "seed": 7}


@dataclass(frozen=True)
class Cell:
    """One fine-tuning: a data set, a number of training images, a seed, a recipe and its learning rate."""

    data: str
    images: int
    seed: int
    recipe: str
    rate: float

    def settings(self) -> Recipe:
        """The recipe as a grid's file would have it."""
        keys: dict[str, object] = {"folds": FOLDS}
        if self.recipe == "probe_then_tune":
            keys |= PRESETS["probe_then_tune"]
            keys["stages"] = [{**stage, "min_updates": 0} for stage in PRESETS["probe_then_tune"]["stages"]]
        else:
            epochs = int(self.recipe.split()[0])
            keys |= {"preset": "default", "epochs": epochs, "learning_rate": self.rate, "min_updates": 0}
            keys["backbone_learning_rate"] = 0.3 * self.rate
        recipe: Recipe = TypeAdapter(RecipeEntry).validate_python(keys)
        return recipe


KEY = [field.name for field in fields(Cell)]


def cells() -> Iterator[Cell]:
    """Every kind once, the most telling ones first; then again with the next seed."""
    few = (
        ("8 epochs", 1e-3),
        ("60 epochs", 1e-3),
        ("60 epochs", 3e-3),
        ("60 epochs", 3e-4),
        ("probe_then_tune", 1e-4),
    )
    more = (("8 epochs", 1e-3), ("8 epochs", 3e-3), ("30 epochs", 1e-3), ("8 epochs", 3e-4))
    rest = (("200 epochs", 1e-3), ("60 epochs", 1e-4))
    for seed in range(4):
        yield from (Cell(name, 1000, seed, *recipe) for name in DATA[:2] for recipe in more)
        yield from (Cell("pneumonia", 100, seed, *recipe) for recipe in few)
        yield from (Cell("pneumonia", ALL, seed, "8 epochs", rate) for rate in (1e-3, 3e-3, 3e-4))
        yield from (Cell("pneumonia", 100, seed, *recipe) for recipe in rest)
        yield from (Cell("phantom 0", 100, seed, *recipe) for recipe in (*few, *rest))
        yield from (Cell("phantom 0.4", 1000, seed, *recipe) for recipe in more)
        yield from (Cell("phantom 0.4", 100, seed, *recipe) for recipe in (*few, *rest))


@dataclass(frozen=True, eq=False)
class Data:
    """The images of a data set, and the rows to learn from and to test on: no patient is in both."""

    images: pd.DataFrame
    pixels: NDArray[np.uint8]
    pool: NDArray[np.intp]
    test: NDArray[np.intp]


@cache
def read(name: str, folder: Path, pneumonia: Path) -> Data:
    """PneumoniaMNIST: its training part, tested on its validation part. Phantoms: every third patient."""
    if name == "pneumonia":
        manifest = read_manifest(pneumonia / "manifest.csv")
        shown = manifest.images["image"].str.split("/").str[-2]
        pool, test = (np.flatnonzero(shown == part) for part in ("train", "val"))
    else:
        difficulty = float(name.split()[1])
        manifest = read_mura(draw_phantom(folder / name, difficulty=difficulty, **_PHANTOM))
        patients = manifest.images["patient"].to_numpy(dtype=str)
        tested = np.isin(patients, np.unique(patients)[::3])
        pool, test = np.flatnonzero(~tested), np.flatnonzero(tested)
    names = [str(image) for image in manifest.images["image"]]
    pixels = load_pixels(folder, manifest.root, names, size=SIDES[name])
    return Data(manifest.images, pixels.data, pool, test)


def run(cell: Cell, data: Data, folder: Path) -> dict[str, object]:
    """Fine-tune one cell; its settings and results as a row."""
    pool = data.images.iloc[data.pool]
    order = nested_order(pool, group_ids(pool, "official"), EVERY_PART, cell.seed)
    rows = data.pool[order[: cell.images]]
    learnt = data.images.iloc[rows]
    images = TrainingImages(
        pixels=data.pixels,
        rows=rows,
        labels=learnt["label"].to_numpy(np.int64),
        groups=learnt["patient"].to_numpy(dtype=object),
        studies=learnt["study"].to_numpy(dtype=object),
        body_parts=learnt["body_part"].to_numpy(dtype=object),
        test_rows=data.test,
    )
    began = perf_counter()
    cpu = torch.device("cpu")
    tuned = fine_tune(TuningTask(NETWORK, cell.settings(), images, cell.seed, cpu, folder, by_study=True))
    columns = ["image", "study", "patient", "body_part", "label"]
    predictions = data.images.iloc[data.test][columns].reset_index(drop=True)
    found = evaluate(
        predictions.assign(probability=tuned.fit.probabilities),
        threshold=tuned.fit.threshold,
        resamples=100,
    )["metrics"]["study"]
    chosen = [epoch for epoch in tuned.history if not epoch.get("refit")][
        tuned.fit.parameters["best_epoch"] - 1
    ]
    return {
        **asdict(cell),
        "trained_on": len(rows),
        "patients": learnt["patient"].nunique(),
        "tested_on": predictions["study"].nunique(),
        "best_epoch": tuned.fit.parameters["best_epoch"],
        "epochs": tuned.fit.parameters["epochs"],
        "updates": tuned.facts["updates"],
        "validation_loss": round(chosen["validation_loss"], 5),
        "selection_auroc": round(tuned.fit.selection_auroc, 5),
        **{name: round(found[name]["value"], 5) for name in ("auroc", "brier", "ece")},
        "seconds": round(perf_counter() - began, 1),
    }


def page_of(found: pd.DataFrame) -> str:
    """docs/recipes.md from its rows."""
    run = [f"{SIDES[name]} ({name})" for name in found["data"].unique()]
    return page(found, ", ".join(run), FOLDS)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--pneumonia", type=Path, required=True, help="folder of PneumoniaMNIST's manifest.csv"
    )
    parser.add_argument("--images", type=Path, required=True, help="folder for phantoms and decoded images")
    parser.add_argument("--minutes", type=float, default=60, help="begin no cell after this time")
    return parser.parse_args()


def main() -> None:
    asked, console = arguments(), Console(width=140)
    torch.set_num_threads(1)
    found = pd.read_csv(MEASURED) if MEASURED.exists() else pd.DataFrame()
    done = {tuple(row) for row in found[KEY].itertuples(index=False)} if len(found) else set()
    began = perf_counter()
    for cell in cells():
        if perf_counter() - began > 60 * asked.minutes:
            break
        if astuple(cell) in done:
            continue
        with tempfile.TemporaryDirectory() as folder:
            row = run(cell, read(cell.data, asked.images, asked.pneumonia), Path(folder))
        console.print(" ".join(f"{name}={value}" for name, value in row.items()))
        found = pd.concat([found, pd.DataFrame([row])], ignore_index=True)
        found.to_csv(MEASURED, index=False)
    PAGE.write_text(page_of(found))


if __name__ == "__main__":
    main()
