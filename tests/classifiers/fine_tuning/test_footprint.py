"""The number of trained parameters, and the optimiser's memory as the optimiser has it."""

import pytest
import torch

from classifiers.fine_tuning.footprint import footprint_of
from classifiers.fine_tuning.layers import TunedNetwork, optimiser
from classifiers.fine_tuning.low_rank import add_low_rank
from classifiers.fine_tuning.recipes import Recipe
from extractors.backbones import load_backbone
from tests.classifiers.fine_tuning.tasks import CPU, SPEC


def network_of(recipe):
    network = TunedNetwork(load_backbone(SPEC, size=32, device=CPU), recipe.head)
    if recipe.uses_lora:
        add_low_rank(network.backbone, recipe.lora)
    return network


@pytest.mark.parametrize("name", ["adamw", "adam", "sgd"])
@pytest.mark.parametrize("trainable", ["all", "lora", "bitfit"])
def test_bytes_are_those_of_the_optimisers_state_after_a_step(name, trainable):
    recipe = Recipe(optimizer=name, trainable=trainable, lora={"rank": 2})
    network = network_of(recipe)
    found = footprint_of(network, recipe)
    made = optimiser(network, recipe.each_stage()[0], 1e-3)
    network(torch.randn(2, 3, 32, 32)).sum().backward()
    made.step()
    state = [value for kept in made.state.values() for value in kept.values()]
    assert found.optimiser_bytes == sum(value.numel() * value.element_size() for value in state)
    trained = [p for p in network.parameters() if p.grad is not None]
    assert found.trainable_parameters == sum(p.numel() for p in trained)


def test_of_stages_the_most_counts():
    staged = Recipe(stages=[{"trainable": "all"}, {"trainable": "head"}])
    network = network_of(staged)
    assert footprint_of(network, staged) == footprint_of(network, Recipe())


def test_fewer_parameters_need_less():
    sizes = {}
    for trainable in ("head", "bitfit", "lora", "all"):
        recipe = Recipe(trainable=trainable, lora={"rank": 1})
        sizes[trainable] = footprint_of(network_of(recipe), recipe)
    assert sizes["head"].optimiser_bytes < sizes["bitfit"].optimiser_bytes
    assert sizes["lora"].optimiser_bytes < sizes["all"].optimiser_bytes


def test_a_layer_that_is_not_there_is_told():
    with pytest.raises(ValueError, match="no layer"):
        footprint_of(network_of(Recipe()), Recipe(trainable="from nowhere"))
