"""CPU time of one step of each way to train few parameters, over that of fine-tuning.

python -m tests.performance.adaptation [--network mobilenetv2_100] [--size 96] [--steps 6]
"""

import argparse
from statistics import median
from time import process_time

import torch
from rich.console import Console
from rich.table import Table

from classifiers.fine_tuning.attentive_probe import probe_of_tokens
from classifiers.fine_tuning.footprint import footprint_of
from classifiers.fine_tuning.layers import TunedNetwork, choose_trainable, optimiser, set_modes
from classifiers.fine_tuning.low_rank import add_low_rank
from classifiers.fine_tuning.recipes import ATTENTIVE_PROBE, Recipe
from extractors.backbones import load_backbone
from extractors.specs import BackboneSpec
from extractors.token_arrays import token_shape

WAYS = ("all", "lora", "bitfit", "norm", "last_1_blocks", ATTENTIVE_PROBE)
BATCH = 32
CPU = torch.device("cpu")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", default="mobilenetv2_100")
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--steps", type=int, default=6)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    table = Table(
        "trained", "parameters", "time of a step / fine-tuning", title=f"{asked.network}, {asked.size}"
    )
    found = {way: measure(asked.network, asked.size, asked.steps, way) for way in WAYS}
    for way, (seconds, parameters) in found.items():
        table.add_row(way, f"{parameters:,}", f"{seconds / found['all'][0]:.2f}")
    Console().print(table)


def measure(name, size, steps, way):
    """Seconds of a step (median, without the first), and the trained parameters."""
    recipe = Recipe(batch_norm="eval").model_copy(update={"trainable": way})
    stage = recipe.each_stage()[0]
    backbone, x = load_backbone(BackboneSpec(name, "random"), size=size, device=CPU), None
    if recipe.reads_tokens:
        tokens, width = token_shape(backbone, size)
        backbone, x = probe_of_tokens(backbone.spec, width, 0, CPU), torch.randn(BATCH, tokens, width)
    network = TunedNetwork(backbone, recipe.head)
    if recipe.uses_lora:
        add_low_rank(network.backbone, recipe.lora)
    parameters = footprint_of(network, recipe).trainable_parameters
    choose_trainable(network, way)
    made, seconds = optimiser(network, stage, 1e-3), []
    x = torch.randn(BATCH, 3, size, size) if x is None else x
    set_modes(network, stage, 100, BATCH)
    for _ in range(steps):
        began = process_time()
        made.zero_grad(set_to_none=True)
        network(x).sum().backward()
        made.step()
        seconds.append(process_time() - began)
    return median(seconds[1:]), parameters


if __name__ == "__main__":
    main()
