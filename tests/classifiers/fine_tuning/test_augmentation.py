"""Augmentation: what is off changes nothing, what is on does what its name says, the same every time."""

import pytest
import torch

from classifiers.fine_tuning.augmentation import DRAWS, augment, draw
from classifiers.fine_tuning.recipes import Augmentation


@pytest.fixture
def images():
    return torch.rand((6, 1, 20, 20), generator=torch.Generator().manual_seed(1))


def test_off_is_the_image_itself(images):
    assert augment(images, draw(6, 0), Augmentation()) is images


def test_a_certain_flip_is_the_mirror(images):
    assert torch.allclose(augment(images, draw(6, 0), Augmentation(flip=1)), images.flip(3), atol=1e-5)
    assert torch.allclose(
        augment(images, draw(6, 0), Augmentation(flip_vertical=1)), images.flip(2), atol=1e-5
    )
    both = Augmentation(flip=1, flip_vertical=1)
    assert torch.allclose(augment(images, draw(6, 0), both), images.flip(2, 3), atol=1e-5)


def test_half_a_flip_is_half_of_the_images(images):
    changed = augment(torch.cat([images] * 50), draw(300, 0), Augmentation(flip=0.5))
    mirrored = (changed - torch.cat([images] * 50).flip(3)).abs().amax((1, 2, 3)) < 1e-4
    assert 120 < mirrored.sum() < 180


def test_a_shift_moves_by_pixels_and_brings_in_black():
    image = torch.ones((1, 1, 20, 20))
    most = torch.full((1, DRAWS), 0.5)
    most[:, 2] = 1.0  # the whole shift along x, none along y
    moved = augment(image, most, Augmentation(shift=0.25))
    assert torch.allclose(moved[0, 0, :, :15], torch.ones(20, 15), atol=1e-4)
    assert moved[0, 0, :, 15:].abs().max() < 1e-4
    assert augment(image, most, Augmentation(shift=0.25, border="reflect")).min() > 0.999


def test_a_right_angle_is_a_quarter_turn(images):
    most = torch.full((6, DRAWS), 0.5)
    most[:, 0] = 1.0
    turned = augment(images, most, Augmentation(rotate=90))
    assert min((turned - images.rot90(k, (2, 3))).abs().max() for k in (1, 3)) < 1e-4


def test_shades_stay_in_range_and_keep_places():
    image = torch.linspace(0, 1, 400).reshape(1, 1, 20, 20)
    changed = augment(image, draw(1, 3), Augmentation(brightness=0.3, contrast=0.5, gamma=0.5))
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert (changed.flatten().diff() >= 0).all()
    assert not torch.allclose(changed, image)


def test_an_image_changes_the_same_way_in_any_batch(images):
    settings = Augmentation(flip=0.5, rotate=10, shift=0.1, zoom=0.1, brightness=0.1, contrast=0.1, gamma=0.1)
    draws = draw(6, 5)
    whole = augment(images, draws, settings)
    parts = torch.cat([augment(images[i : i + 2], draws[i : i + 2], settings) for i in (0, 2, 4)])
    assert torch.allclose(whole, parts, atol=1e-6)
    assert torch.equal(draw(6, 5), draws)
    assert not torch.equal(draw(6, 6), draws)
