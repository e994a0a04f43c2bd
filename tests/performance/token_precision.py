"""What rounding tokens to float16 changes: the AUROC of attentive probes on float16 and on float32 tokens.

PNEUMONIA=FOLDER WEIGHTS=FOLDER python -m tests.performance.token_precision [--train 300] [--size 224] [--seeds 3]

PNEUMONIA holds PneumoniaMNIST as a manifest.csv, WEIGHTS the two files of grids/pneumonia.yaml. Both sides see the
same images and draw the same numbers.
"""

import argparse
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import torch
from rich.console import Console
from sklearn.metrics import roc_auc_score

from classifiers.fine_tuning.data import TrainingImages
from classifiers.fine_tuning.fine_tune import fine_tune
from classifiers.fine_tuning.recipes import PRESETS, Recipe
from classifiers.fine_tuning.tuning_task import TuningTask
from extractors.backbones import load_backbone, network_input
from extractors.pixels import decode
from extractors.specs import BackboneSpec
from extractors.tokens import tokens_of

CPU = torch.device("cpu")
HALF = (0.5, 0.5, 0.5)
CHANGES = {
    "learning_rate": 0.003,
    "epochs": 8,
    "min_updates": 100,
    "folds": 3,
}  # as in grids/crossover_adapted.yaml


def networks(weights):
    mobilenet = weights / "mobilenetv2_100.coral_in1k.safetensors"
    squeezenet = weights / "squeezenet1_0.deepcompression_in1k.safetensors"
    return (
        BackboneSpec("mobilenetv2_100", str(mobilenet), {"pad_type": "same"}, HALF, HALF),
        BackboneSpec("torchvision/squeezenet1_0", str(squeezenet)),
    )


def images_of(folder, train, size):
    """Pixels and labels: the first `train` training images in random order, then all test images."""
    known = pd.read_csv(folder / "manifest.csv")
    learnt = known[known["split"] == "train"].sample(train, random_state=0)
    rows = pd.concat([learnt, known[known["split"] == "test"]])
    return np.stack([decode(folder / path, size, "pad") for path in rows["path"]]), rows["label"].to_numpy()


def tokens_in_float32(spec, pixels):
    backbone = load_backbone(spec, size=pixels.shape[1], device=CPU)
    with torch.inference_mode():
        return np.concatenate(
            [
                tokens_of(backbone.network, network_input(backbone, torch.from_numpy(some))).values.numpy()
                for some in np.array_split(pixels, -(-len(pixels) // 32))
            ]
        )


def auroc(spec, tokens, labels, train, size, seed):
    rows = np.arange(train)
    names = np.array([f"p{row}" for row in rows], dtype=object)
    parts = np.full(train, "chest")
    images = TrainingImages(tokens, rows, labels[:train], names, names, parts, np.arange(train, len(labels)))
    recipe = Recipe.model_validate(PRESETS["adapt"] | CHANGES).of_tokens()
    with TemporaryDirectory() as folder:
        tuned = fine_tune(TuningTask(spec, recipe, images, seed, CPU, Path(folder), size=size))
    return roc_auc_score(labels[train:], tuned.fit.probabilities)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=int, default=300)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    pixels, labels = images_of(Path(os.environ["PNEUMONIA"]), asked.train, asked.size)
    console = Console(width=110)
    for spec in networks(Path(os.environ["WEIGHTS"])):
        whole = tokens_in_float32(spec, pixels)
        rounded = whole.astype(np.float16)
        for seed in range(asked.seeds):
            one, other = (
                auroc(spec, some, labels, asked.train, asked.size, seed) for some in (whole, rounded)
            )
            shape = f"{whole.shape[1]} × {whole.shape[2]}"
            console.print(
                f"{spec.label} ({shape}), seed {seed}: float32 {one:.5f}, float16 {other:.5f}, {other - one:+.5f}"
            )


if __name__ == "__main__":
    main()
