"""Which abnormalities of the phantom the maps of kept models find, and how that goes with what is judged abnormal.

    python -m tests.validity.places_by_kind --grid grids/localisation.yaml --workspace runs --size 1000

Prints the tables of docs/explain.md: means over test images and seeds, without intervals.
"""

import argparse
from pathlib import Path

import pandas as pd

import benchmark as bm
from benchmark.datasets.boxes import BOXES, read_boxes
from benchmark.execution.open_plan import load_manifest
from benchmark.prediction.cells import models_of
from benchmark.prediction.localisation import marked_images, measured
from classifiers.catalogue import learns
from results.labels import look_of


def measured_images(grid: bm.Grid, workspace: bm.Workspace, size: int) -> pd.DataFrame:
    """A row per kept model of this size and test image with a box: strategy, kind, found, middle, judged."""
    manifest, records = load_manifest(grid.dataset, workspace.cache), workspace.records(grid.name)
    boxes, kinds = read_boxes(manifest), pd.read_csv(manifest.root / BOXES, index_col="image")["kind"]
    frames = []
    for record in models_of(records):
        if record.train_size != size or not learns(record.classifier):
            continue
        predictions = records.read_predictions(record).set_index("image")
        image = grid.image
        marked = marked_images(manifest.root, boxes, predictions.index, image.size, image.fit, image.window)
        found = measured(records, record, marked, boxes, "cpu")
        frames.append(
            pd.DataFrame(
                {
                    "strategy": look_of(record.strategy).label,
                    "kind": found["image"].map(kinds),
                    "images": found["image"],
                    "pointing": found["own_pointing"],
                    "middle": found["centre_pointing"],
                    "judged abnormal": predictions.loc[found["image"], "probability"].to_numpy()
                    >= record.threshold,
                }
            )
        )
    return pd.concat(frames)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grid", type=Path, required=True)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--size", type=int, default=1000)
    asked = parser.parse_args()
    table = measured_images(bm.read_grid(asked.grid), bm.Workspace(asked.workspace), asked.size)
    shares = ["pointing", "middle", "judged abnormal"]
    by_kind = table.groupby(["kind", "strategy"])
    print(by_kind[shares].mean().round(2).join(by_kind["images"].nunique()).to_string())  # noqa: T201
    print(table.groupby(["judged abnormal", "strategy"])[["pointing", "middle"]].mean().round(2).to_string())  # noqa: T201


if __name__ == "__main__":
    main()
