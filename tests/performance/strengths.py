"""Whether logistic regression gains from a wider range of strengths: 10⁻⁶ … 10⁵ beside the default.

PNEUMONIA=data/pneumoniamnist WEIGHTS=weights python -m tests.performance.strengths   (5 minutes on two cores)

Two frozen ImageNet networks on images of the training part alone: no test image is read. Of each seed's random
order, the first images are the training subset, in whose folds the strength is chosen, and the last ones are
judged. It prints the strengths that were chosen, and the difference in AUROC on the judged images.
"""

import argparse
import os
from collections import Counter
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from classifiers import linear
from classifiers.train_and_test import TrainTest
from extractors.backbones import embed, load_backbone
from extractors.devices import choose_device
from extractors.engines import AUTO
from extractors.engines.agreement import with_engine
from extractors.pixels import decode
from extractors.specs import BackboneSpec

WIDE = tuple(10.0**power for power in range(-6, 6))
RANGES = {"default": linear.STRENGTHS, "wide": WIDE}


def networks(folder):
    """The two networks of grids/pneumonia.yaml."""
    half = (0.5, 0.5, 0.5)
    mobilenet = str(folder / "mobilenetv2_100.coral_in1k.safetensors")
    squeezenet = str(folder / "squeezenet1_0.deepcompression_in1k.safetensors")
    return [
        BackboneSpec("mobilenetv2_100", mobilenet, {"pad_type": "same"}, half, half),
        BackboneSpec("torchvision/squeezenet1_0", squeezenet),
    ]


def images_of(root, count):
    """Pixels (n, 224, 224), labels and patients of random images of the training part."""
    table = pd.read_csv(root / "manifest.csv", dtype=str)
    table = table[table["split"] == "train"].sample(count, random_state=0)
    pixels = np.stack([decode(root / path, 224, "pad") for path in table["path"]])
    return pixels, table["label"].astype(int).to_numpy(), table["patient"].to_numpy()


def fitted(data, truth, strengths):
    """The chosen strength, the AUROC on the judged images, and the seconds."""
    kept, linear.STRENGTHS = linear.STRENGTHS, strengths
    began = process_time()
    try:
        fit = linear.logistic_regression(data)
    finally:
        linear.STRENGTHS = kept
    return fit.parameters["C"], roc_auc_score(truth, fit.probabilities), process_time() - began


def compare(x, labels, patients, size, judged, seeds):
    """For each range, a (strength, AUROC, seconds) per seed."""
    found = {name: [] for name in RANGES}
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(x))
        train, test = order[:size], order[-judged:]
        for name, strengths in RANGES.items():
            data = TrainTest(x[train], labels[train], patients[train], x[test], seed)
            found[name].append(fitted(data, labels[test], strengths))
    return found


def main(given):
    pixels, labels, patients = images_of(Path(os.environ["PNEUMONIA"]), given.images)
    table = Table(
        "network", "images", "default chose", "wide chose", "wide − default, mean", "from", "to", "time"
    )
    for spec in networks(Path(os.environ["WEIGHTS"])):
        backbone = load_backbone(spec, size=224, device=choose_device("cpu"))
        x = embed(with_engine(backbone, AUTO, pixels), pixels)
        for size in given.sizes:
            with threadpool_limits(1):
                compare(x, labels, patients, size, given.judged, 1)  # the first call loads libraries
                found = compare(x, labels, patients, size, given.judged, given.seeds)
            chosen = {
                name: ", ".join(f"{c:g} × {n}" for c, n in sorted(Counter(row[0] for row in rows).items()))
                for name, rows in found.items()
            }
            gaps = [w[1] - d[1] for w, d in zip(found["wide"], found["default"], strict=True)]
            took = [sum(row[2] for row in rows) for rows in (found["wide"], found["default"])]
            table.add_row(
                spec.name, str(size), chosen["default"], chosen["wide"], f"{np.mean(gaps):+.4f}",
                f"{min(gaps):+.4f}", f"{max(gaps):+.4f}", f"{took[0] / took[1]:.1f} ×",
            )  # fmt: skip
    Console(width=150).print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=1_600)
    parser.add_argument("--judged", type=int, default=600)
    parser.add_argument("--sizes", type=int, nargs="+", default=(100, 300, 1_000))
    parser.add_argument("--seeds", type=int, default=8)
    main(parser.parse_args())
