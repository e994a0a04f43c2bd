import numpy as np
import torch

from benchmark.datasets.audit.layers import Layer, blurred, correlation, grid, inner, sampled

SAME = torch.tensor([[[1.0, 0, 0], [0, 1, 0]]])


def test_inside_is_the_rectangle_in_the_middle_without_its_edge():
    inside = inner(8, np.array([[4, 6], [8, 8]], np.int16))
    assert inside.sum((1, 2)).tolist() == [24, 64]
    assert inside[0, 2:6, 1:7].all()
    assert inner(8, np.array([[4, 6]], np.int16), edge=1).sum() == 8


def test_the_same_map_changes_nothing_and_a_mirroring_one_mirrors():
    picture = torch.rand(1, 1, 6, 6)
    assert torch.allclose(sampled(picture, SAME), picture.flatten(2), atol=1e-5)
    mirror = SAME * torch.tensor([[[-1.0], [1.0]]])
    assert torch.allclose(sampled(picture, mirror), picture.flip(-1).flatten(2), atol=1e-5)


def test_places_of_pixels_are_symmetric_about_the_middle():
    assert torch.allclose(grid(5).mean(0), torch.tensor([0.0, 0, 1]), atol=1e-6)
    assert grid(2)[:, :2].tolist() == [[-0.5, -0.5], [0.5, -0.5], [-0.5, 0.5], [0.5, 0.5]]


def test_correlation_is_that_of_numpy_within_the_weight():
    random = np.random.default_rng(0)
    one, other = random.random((2, 1, 50)).astype(np.float32)
    weight = np.arange(50)[None] < 30
    expected = np.corrcoef(one[weight], other[weight])[0, 1]
    found = correlation(*map(torch.from_numpy, (one, other, weight.astype(np.float32))))
    assert abs(float(found[0]) - expected) < 1e-5
    flat = torch.ones(1, 50)
    assert float(correlation(flat, flat, flat)[0]) == 0


def test_a_blur_keeps_an_even_picture_and_spreads_a_point():
    assert torch.allclose(blurred(torch.ones(1, 9, 9), 1.5), torch.ones(1, 9, 9))
    point = torch.zeros(1, 9, 9)
    point[0, 4, 4] = 1
    assert 0 < float(blurred(point, 1.0)[0, 4, 6]) < float(blurred(point, 1.0)[0, 4, 4]) < 0.2


def test_a_layer_is_dark_outside_and_can_be_made_smaller():
    layer = Layer.of(np.full((1, 12, 12), 255, np.uint8), np.array([[6, 12]], np.int16))
    assert layer.grey[0, 0].eq(0).all()
    assert layer.grey[0, 6].eq(0.5).all()
    assert layer.smaller(3).inside.sum() == 8
    assert layer.shrunk(1).sum() == 40
    assert len(layer[np.array([0, 0])].grey) == 2
