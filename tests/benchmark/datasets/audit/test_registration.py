import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from benchmark.datasets.audit.registration import overlay
from benchmark.datasets.audit.screening import Pairs
from tests.benchmark.datasets.audit.audited import radiographs, scanned

NEARLY = torch.tensor([[[1.03, 0.04, 0.03], [-0.04, 0.98, -0.02]]])


def fit(one, other, begun=NEARLY):
    return overlay(scanned([one, other]).pictures, Pairs(np.array([0]), np.array([1]), begun))


@pytest.mark.parametrize("change", ["same", "inverted", "tilted"])
def test_a_copy_is_fitted_from_a_start_that_is_a_little_off(change):
    image = radiographs(1)[0]
    tilted = image.rotate(5, Image.Resampling.BICUBIC)
    other = {"same": image, "inverted": ImageOps.invert(image), "tilted": tilted}[change]
    fits = fit(image, other)
    assert abs(fits.likeness[0]) > 0.95
    assert (fits.likeness[0] < 0) == (change == "inverted")
    if change != "tilted":
        assert np.allclose(fits.maps[0], [[1, 0, 0], [0, 1, 0]], atol=0.01)


def test_another_patient_is_not_alike():
    one, other, *_ = radiographs(5)
    assert abs(fit(one, other).likeness[0]) < 0.8


def test_a_map_that_leaves_little_in_common_gives_no_likeness():
    image = radiographs(1)[0]
    aside = torch.tensor([[[1.0, 0, 1.5], [0, 1, 0]]])
    assert fit(image, image, aside).likeness[0] == 0


def test_no_pairs_give_no_fits():
    none = Pairs(np.empty(0, np.int64), np.empty(0, np.int64), torch.empty(0, 2, 3))
    assert overlay(scanned([radiographs(1)[0]]).pictures, none).likeness.shape == (0,)


def test_progress_counts_every_pair():
    image = radiographs(1)[0]
    pairs = Pairs(np.zeros(70, np.int64), np.ones(70, np.int64), NEARLY.repeat(70, 1, 1))
    told: list[int] = []
    overlay(scanned([image, image]).pictures, pairs, progress=told.append)
    assert sum(told) == 70


def test_two_threads_give_the_same_as_one():
    images = radiographs(6)
    pairs = Pairs(np.repeat(np.arange(3), 30), np.repeat(np.arange(3, 6), 30), NEARLY.repeat(90, 1, 1))
    one, two = (overlay(scanned(list(images)).pictures, pairs, jobs) for jobs in (1, 2))
    assert np.array_equal(one.likeness, two.likeness)
    assert np.array_equal(one.maps, two.maps)
