"""The studies of a cell's test set that show a model best: its most confident right and wrong judgements."""

from collections.abc import Iterator

import pandas as pd

from benchmark.datasets.boxes import Boxes, read_boxes
from benchmark.datasets.manifest import Manifest
from benchmark.prediction.pictures import Item
from benchmark.prediction.studies import Study
from results.evaluation import unit_table

VIEWS = 3  # of a study
MOST = 6  # studies of each kind; chosen by hand
_KINDS = (  # title, label, judged abnormal
    ("True positives", 1, True),
    ("False positives", 0, True),
    ("False negatives", 1, False),
    ("True negatives", 0, False),
)


def gallery_items(predictions: pd.DataFrame, threshold: float, manifest: Manifest) -> Iterator[Item]:
    """True and false positives, then negatives: at most MOST studies of each, the most confident first.

    `predictions` are those of a cell, a row per image of the `manifest`.
    """
    boxes, studies = read_boxes(manifest), unit_table(predictions, "study")
    for title, label, positive in _KINDS:
        own = studies[(studies["label"] == label) & ((studies["probability"] >= threshold) == positive)]
        for name in own.sort_values("probability", ascending=not positive, kind="stable")["study"][:MOST]:
            images = predictions.loc[predictions["study"] == name, "image"]
            yield _item(title, str(name), label, [str(image) for image in images], manifest, boxes)


def _item(title: str, name: str, label: int, images: list[str], manifest: Manifest, boxes: Boxes) -> Item:
    study = Study(name, tuple(manifest.root / image for image in images), tuple(images))
    known = tuple(boxes.by_image.get(image) for image in images)
    return Item(title, study, label, known, VIEWS)
