"""Examples of augmentations: which there are, and that each shows its change."""

import numpy as np
import pytest

from classifiers.fine_tuning.augmentation_examples import augmentation_examples
from classifiers.fine_tuning.recipes import PRESETS, Augmentation

PIXELS = np.random.default_rng(0).integers(0, 256, (3, 32, 32), dtype=np.uint8)


def test_each_change_of_the_settings_is_shown_alone_then_all_together():
    settings = Augmentation(flip=0.5, rotate=10, gamma=0.2, border="reflect")
    found = augmentation_examples(PIXELS, settings, together=2)
    assert list(found) == ["original", "flip", "rotate", "gamma", "all together 1", "all together 2"]
    assert all(image.shape == PIXELS.shape and image.dtype == np.float32 for image in found.values())
    assert np.array_equal(found["original"], PIXELS.astype(np.float32) / 255)


def test_a_mirror_always_happens_in_its_example():
    found = augmentation_examples(PIXELS, Augmentation(flip=0.01, flip_vertical=0.01))
    assert np.allclose(found["flip"], found["original"][:, :, ::-1], atol=1e-5)
    assert np.allclose(found["flip vertical"], found["original"][:, ::-1], atol=1e-5)


@pytest.mark.parametrize("name", ["rotate", "shift", "zoom", "brightness", "contrast", "gamma"])
def test_every_change_differs_from_the_original_and_is_as_strong_as_it_can_be(name):
    value = 30 if name == "rotate" else 0.3
    weak = augmentation_examples(PIXELS, Augmentation(**{name: value / 10}))
    strong = augmentation_examples(PIXELS, Augmentation(**{name: value}))
    changes = [np.abs(found[name] - found["original"]).mean() for found in (weak, strong)]
    assert 0 < changes[0] < changes[1]


def test_without_augmentation_there_is_the_original_alone():
    assert list(augmentation_examples(PIXELS, Augmentation())) == ["original"]


def test_the_same_seed_gives_the_same_examples():
    settings = Augmentation(**PRESETS["default"].get("augmentation", {"flip": 0.5}))
    one, same = (augmentation_examples(PIXELS, settings, seed=4) for _ in range(2))
    other = augmentation_examples(PIXELS, settings, seed=5)
    assert all(np.array_equal(one[name], same[name]) for name in one)
    assert any(not np.array_equal(one[name], other[name]) for name in one)
