"""One entry of each kind that another package may add; pyproject.toml names them as entry points."""

from typing import Any, Literal

import numpy as np

from benchmark.datasets.kind import DatasetKeys, DatasetKind
from benchmark.datasets.paths import GridPath
from benchmark.grid.image_free import NoImage
from benchmark.grid.strategy import Method, Strategy
from classifiers.classifier import Classifier
from extractors.descriptors import Descriptor
from extractors.sources import BackboneSource, Normalisation
from extractors.validation import Strict
from results.labels import Look
from results.metric import Metric


def build(spec, pretrained):
    """A network without a classifier: one grey channel to 8 features."""
    from torch import nn  # here, so that a grid file is read without torch

    return nn.Sequential(nn.Conv2d(1, 8, 5, stride=4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())


BACKBONES = BackboneSource(
    name="example",
    library="the example package",
    citation="",
    prefix="example/",
    weights="drawn",
    weights_label="drawn weights",
    knows=lambda name: name == "example/tiny",
    names=lambda: ["example/tiny"],
    build=build,
    normalisation=lambda spec, network: Normalisation((0.5,), (0.25,), channels=1),
    head=lambda spec, network: (),
)


def nearest_centroid(data):
    """The class whose mean is nearer; nothing is searched."""
    from classifiers.fitting import conclude
    from classifiers.selection import Candidate, fold_auroc

    def scores(x, labels, rows):
        near = [((rows - x[labels == label].mean(axis=0)) ** 2).sum(axis=1) for label in (0, 1)]
        return (near[0] - near[1]).astype(np.float64)

    held_out = np.empty(len(data.labels))
    for train, rows in data.folds:
        held_out[rows] = scores(data.x[train], data.labels[train], data.x[rows])
    best = Candidate({}, held_out, fold_auroc(data.labels, held_out, data.folds))
    seconds = {"select": data.seconds_shared, "fit": 0.0}
    return conclude(best, data, lambda rows: scores(data.x, data.labels, rows), seconds, 0)


CLASSIFIER = Classifier(
    "nearest_centroid", "nearest centroid", nearest_centroid, (0.1, 1.0), "The nearer mean decided."
)


class Tree(DatasetKeys):
    """A folder that is laid out as MURA is."""

    kind: Literal["tree"]
    root: GridPath


def read_tree(keys, cache, jobs):
    from benchmark.datasets.mura import read_mura

    return read_mura(keys.root)


DATASET = DatasetKind("tree", Tree, read_tree)


def brightness(image):
    return np.array([image.mean(), image.std(), *np.quantile(image, (0.1, 0.5, 0.9))])


DESCRIPTOR = Descriptor("brightness", 1, "mean and spread of grey values", brightness)


def surprise(labels, probabilities, weights, threshold):
    """Minus the mean log of the probability of what is true."""
    told = np.where(labels == 1, probabilities, 1 - probabilities)
    with np.errstate(invalid="ignore"):  # NaN where no row was drawn
        return -np.log(np.clip(told, 1e-15, 1)) @ weights / weights.sum(axis=0)


METRIC = Metric("surprise", "surprise (nats)", surprise, limits=(0.0, np.inf), higher_is_better=False)


class Darkness(Strict):
    """The strategy's section in a grid file."""

    sides: list[Literal["whole", "left"]]


def run_cells(cells: list[Any], run: Any):
    """The darker an image, the likelier it is abnormal: looks at no label."""
    from benchmark.execution.record import finished, now
    from classifiers.fitting import Fit

    for planned in cells:
        cell, started = planned.cell, now()
        subset = run.subsets.subset(cell.body_part, cell.train_size, cell.seed, cell.control)
        pixels = run.pixels.data[subset.test_rows]
        shown = pixels[:, :, : pixels.shape[2] // 2] if cell.backbone == "left" else pixels
        seconds = {"select": 0.0, "fit": 0.0, "predict": 0.1}
        fit = Fit(1 - shown.mean(axis=(1, 2)) / 255, {}, 0.5, 0.5, seconds, 0)
        run.progress("looking", 1, len(cells))
        yield run.write(finished(planned, subset, run.context, fit, started, cost={}))


STRATEGY = Strategy(
    "darkness",
    look=Look("darkness", "#000000", "P", "--"),
    runner=run_cells,
    versions={"darkness": 1},
    section=Darkness,
    methods=lambda section: [Method("darkness", NoImage(side), ("mean_grey",)) for side in section.sides],
    against=("fine_tuning",),
    chosen_over=("backbone", "classifier"),
)
