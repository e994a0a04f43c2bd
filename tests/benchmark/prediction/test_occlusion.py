"""Occlusion: the square whose covering lowers the score is the one that counted."""

import numpy as np
import pytest

from benchmark.prediction.occlusion import occlusion_maps


def test_the_square_that_the_score_reads_has_the_only_drop():
    pixels = np.full((2, 40, 40), 50, np.uint8)
    pixels[:, 10:15, 20:25] = 250
    maps = occlusion_maps(lambda images: images[:, 10:15, 20:25].mean(axis=(1, 2)), pixels)
    assert maps.shape == (2, 8, 8)
    assert np.argwhere(maps[0] > 0).tolist() == [[2, 4]]
    assert maps[0, 2, 4] == pytest.approx(250 - round(float(pixels[0].mean())))


def test_an_image_smaller_than_the_cells_is_covered_pixel_by_pixel():
    pixels = np.zeros((1, 3, 3), np.uint8)
    assert occlusion_maps(lambda images: images.sum(axis=(1, 2)).astype(float), pixels).shape == (1, 3, 3)
