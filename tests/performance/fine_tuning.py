"""Images per second of fine-tuning at 224 pixels, over the bare forward-backward on resident tensors.

python tests/performance/fine_tuning.py [--images 10000] [--device cuda]
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch.nn import functional

from benchmark.datasets.mura import read_mura
from benchmark.datasets.phantom.draw import draw_phantom
from benchmark.execution.executors import available_cores
from classifiers.fine_tuning.data import TrainingImages
from classifiers.fine_tuning.layers import TunedNetwork, choose_trainable
from classifiers.fine_tuning.recipes import PRESETS, Head, Recipe
from classifiers.fine_tuning.training import Training
from extractors.backbones import load_backbone, network_input
from extractors.devices import choose_device, peak_memory
from extractors.pixels import load_pixels
from extractors.specs import BackboneSpec

NETWORKS = ("resnet50", "densenet169")
BATCH, EPOCHS, HELD_OUT = 32, 3, 64


class Timed(Training):
    """A training that keeps the seconds of each pass over its training images."""

    def _train_once(self, *given):
        wait(self.backbone.device)
        began = perf_counter()
        found = super()._train_once(*given)
        self.passes = [*getattr(self, "passes", []), perf_counter() - began]
        return found


def bare_seconds(spec, count, device, size=224):
    """Forward and backward alone; the normalised batch stays on the device, nothing is updated."""
    backbone = load_backbone(spec, size=size, device=device)
    network = TunedNetwork(backbone, Head()).to(device).train()
    choose_trainable(network, "all")
    pixels = torch.randint(0, 255, (BATCH, size, size), dtype=torch.uint8)
    resident, labels = network_input(backbone, pixels), torch.ones(BATCH, device=device)

    def once():
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
            odds = network(resident)
        functional.binary_cross_entropy_with_logits(odds.float(), labels).backward()
        network.zero_grad(set_to_none=True)

    for _ in range(1 if device.type == "cpu" else 10):
        once()
    wait(device)
    began = perf_counter()
    for _ in range(count // BATCH):
        once()
    wait(device)
    return perf_counter() - began


def train(spec, images, device, folder):
    """A few epochs of the default recipe over all images but the held-out ones."""
    rows = np.arange(len(images.rows))
    training = Timed(
        backbone=load_backbone(spec, size=images.pixels.shape[1], device=device),
        recipe=Recipe(**PRESETS["default"] | {"epochs": EPOCHS, "batch_norm": "train"}),
        pixels=images.pixels,
        train=images.part(rows[HELD_OUT:], by_study=False),
        validation=images.part(rows[:HELD_OUT], by_study=False),
        seed=0,
        folder=folder,
    )
    training.run(lambda epoch: None)
    return training


def phantom_images(root, count, size=224):
    """A phantom of at least `count` images, decoded; its first `count` images in mixed order."""
    manifest = read_mura(draw_phantom(root / "phantom", patients=count // 2, difficulty=0.0))
    table = manifest.images.sample(frac=1, random_state=0)[:count]
    store = load_pixels(
        root / "cache", manifest.root, list(table["image"]), size=size, jobs=available_cores()
    )
    columns = [table[name].to_numpy() for name in ("label", "patient", "study", "body_part")]
    return TrainingImages(store.data, np.arange(len(table)), *columns, test_rows=np.arange(0))


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=256)
    parser.add_argument("--device", default="auto")
    given = parser.parse_args()
    device = choose_device(given.device)
    out = Console(width=110)
    name = (
        torch.cuda.get_device_name(device) if device.type == "cuda" else f"{torch.get_num_threads()} threads"
    )
    out.print(
        f"device {device.type} ({name}), torch {torch.__version__}, {given.images} phantom images at 224 pixels"
    )
    table = Table(
        "network", "bare images/s", "fine-tuning / bare", "loss by epoch", "peak memory", title="aim 0.85"
    )
    with TemporaryDirectory() as folder:
        images = phantom_images(Path(folder), given.images)
        count = len(images.rows) - HELD_OUT
        for network in NETWORKS:
            spec = BackboneSpec(network, "random")
            bare = [bare_seconds(spec, count, device)]
            training = train(spec, images, device, Path(folder) / network)
            bare.append(bare_seconds(spec, count, device))
            speed = count // BATCH * BATCH / np.mean(bare)
            peak = peak_memory(device)
            table.add_row(
                network,
                f"{speed:.1f}",
                f"{count / np.mean(training.passes[1:]) / speed:.2f}",
                " ".join(f"{epoch['train_loss']:.3f}" for epoch in training.history),
                f"{peak / 2**30:.1f} GiB" if peak else "",
            )
    out.print(table)
