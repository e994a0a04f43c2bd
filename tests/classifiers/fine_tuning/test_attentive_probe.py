"""The attentive probe: its attention, and the same network on tokens and on images."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from classifiers.fine_tuning.attentive_probe import (
    AttentivePooling,
    ProbedNetwork,
    probe_of_images,
    probe_of_tokens,
)
from classifiers.fine_tuning.fine_tune import fine_tune
from classifiers.fine_tuning.footprint import footprint_of
from classifiers.fine_tuning.layers import TunedNetwork
from classifiers.fine_tuning.prediction import predict
from classifiers.fine_tuning.recipes import Head, Recipe
from classifiers.fine_tuning.tuning_task import TuningTask
from extractors.backbones import load_backbone
from extractors.specs import BackboneSpec
from extractors.token_arrays import embed_tokens
from extractors.weights import load_strictly, read_state
from tests.classifiers.fine_tuning.tasks import CPU, images_of, marked_images

VIT = BackboneSpec("test_vit", "random", model_args={"img_size": 32})
PROBE = Recipe(epochs=6, batch_size=16, learning_rate=3e-3, folds=2).of_tokens()


def test_it_is_multi_head_cross_attention():
    torch.manual_seed(0)
    pooling, tokens = AttentivePooling(16), torch.randn(3, 5, 16)
    torch.nn.init.normal_(pooling.queries)
    # head h: its query against tokens, and its columns of the projection of values; keys are not projected
    values = torch.einsum("ntd,hdv->nhtv", tokens, pooling.values)
    found = []
    for head in range(8):
        weights = (tokens @ pooling.queries[head] / 4).softmax(dim=1)
        found.append((weights[:, :, None] * values[:, head]).sum(dim=1))
    expected = functional.layer_norm(torch.cat(found, dim=1), (16,))
    torch.testing.assert_close(pooling(tokens), expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(pooling.attention(tokens).sum(dim=2), torch.ones(3, 8))


@pytest.mark.parametrize(("width", "heads"), [(16, 8), (18, 6), (7, 7), (11, 1)])
def test_heads_divide_the_width(width, heads):
    assert AttentivePooling(width).heads == heads
    assert AttentivePooling(width)(torch.ones(2, 3, width)).shape == (2, width)


def test_training_begins_near_the_mean_over_tokens():
    torch.manual_seed(0)
    weights = AttentivePooling(64).attention(functional.layer_norm(torch.randn(4, 10, 64), (64,)))
    torch.testing.assert_close(weights, torch.full((4, 8, 10), 0.1), rtol=0.3, atol=0)


def test_one_seed_is_one_network():
    one, same, other = (probe_of_tokens(VIT, 16, seed, CPU).network.pooling.queries for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_it_trains_the_pooling_and_the_head_alone():
    network = TunedNetwork(probe_of_tokens(VIT, 16, 0, CPU), Head())
    footprint = footprint_of(network, PROBE)
    assert footprint.trainable_parameters == 8 * 16 + 16 * 16 + 2 * 16 + 16 + 1
    assert footprint.optimiser_bytes == 2 * 4 * footprint.trainable_parameters + 4 * 6  # Adam; six tensors


def test_what_is_kept_gives_the_same_of_images_as_of_tokens(tmp_path):
    pixels, labels = marked_images()
    tokens = embed_tokens(load_backbone(VIT, size=32, device=CPU), pixels)
    images = images_of(pixels, labels, train=120)
    task = TuningTask(VIT, PROBE, replace(images, pixels=tokens), 7, CPU, tmp_path, size=32)
    tuned = fine_tune(task)
    assert tuned.fit.probabilities.shape == (40,)
    assert tuned.facts["trainable_parameters"] == 8 * 64 + 64 * 64 + 2 * 64 + 64 + 1

    backbone = probe_of_images(load_backbone(VIT, size=32, device=CPU), 32)
    network = TunedNetwork(backbone, Head())
    load_strictly(network, read_state(tuned.weights), tuned.weights)
    again = tuned.fit.model.calibrate(predict(backbone, network, pixels, images.test_rows))
    np.testing.assert_allclose(again, tuned.fit.probabilities, rtol=0, atol=1e-6)


def test_it_finds_what_the_mean_over_tokens_dilutes(tmp_path):
    random = np.random.default_rng(0)
    labels = np.arange(240) // 2 % 2
    tokens = random.normal(size=(240, 50, 8)).astype(np.float16)
    tokens[np.arange(240), random.integers(0, 50, 240), 0] = 6  # each image has one token that stands out,
    place = tokens[:, :, 0].argmax(axis=1)
    tokens[np.arange(240), place, 1] = 3 * (2 * labels - 1)  # and that one alone says the class
    images = replace(images_of(np.zeros((240, 8, 8), np.uint8), labels, train=160), pixels=tokens)
    recipe = Recipe(epochs=40, learning_rate=1e-2, early_stopping_patience=None, folds_below=0).of_tokens()
    task = TuningTask(VIT, recipe, images, 7, CPU, tmp_path, size=32)
    probabilities = fine_tune(task).fit.probabilities
    right = ((probabilities > 0.5) == labels[160:]).mean()
    by_mean = ((tokens[160:, :, 1].astype(float).mean(axis=1) > 0) == labels[160:]).mean()
    assert right > 0.9 > by_mean


def test_the_frozen_network_is_in_no_part_of_the_training():
    assert ProbedNetwork(None, "last", 8).network is None
    assert {name for name, _ in ProbedNetwork(None, "last", 8).named_parameters()} == {
        "pooling.queries",
        "pooling.values",
        "pooling.norm.weight",
        "pooling.norm.bias",
    }
