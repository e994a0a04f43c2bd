"""Log odds of images: batch by batch, in smaller ones where they do not fit."""

import numpy as np
import pytest
import torch

from classifiers.fine_tuning import prediction
from classifiers.fine_tuning.inputs import resized
from classifiers.fine_tuning.layers import TunedNetwork
from classifiers.fine_tuning.prediction import predict
from classifiers.fine_tuning.recipes import Head
from extractors.backbones import load_backbone
from tests.classifiers.fine_tuning.tasks import CPU, SPEC, marked_images


@pytest.fixture(scope="module")
def backbone():
    return load_backbone(SPEC, size=32, device=CPU)


@pytest.fixture(scope="module")
def network(backbone):
    torch.manual_seed(0)
    return TunedNetwork(backbone, Head(widths=[8], dropout=0.5))


@pytest.fixture(scope="module")
def pixels():
    return marked_images(20)[0]


def test_rows_are_predicted_in_their_order_without_dropout(backbone, network, pixels):
    network.train()
    rows = np.array([7, 3, 11])
    found = predict(backbone, network, pixels, rows)
    assert not network.training
    assert (found.dtype, found.shape) == (np.float64, (3,))
    assert np.allclose(found, predict(backbone, network, pixels, np.arange(20))[rows], atol=1e-5)


def test_a_batch_that_does_not_fit_is_halved_until_it_does(backbone, network, pixels, monkeypatch):
    whole, seen = prediction.log_odds, []
    expected = predict(backbone, network, pixels, np.arange(20))

    def tight(backbone, network, grey):
        seen.append(len(grey))
        if len(grey) > 8:
            raise torch.OutOfMemoryError
        return whole(backbone, network, grey)

    monkeypatch.setattr(prediction, "log_odds", tight)
    assert np.allclose(predict(backbone, network, pixels, np.arange(20)), expected, atol=1e-5)
    assert seen == [20, 20, 16, 8, 8, 4]


def test_an_image_that_does_not_fit_alone_is_one_clear_line(backbone, network, pixels, monkeypatch):
    def full(*_):
        raise torch.OutOfMemoryError

    monkeypatch.setattr(prediction, "log_odds", full)
    with pytest.raises(ValueError, match="'test_efficientnet-random': one image does not fit the device"):
        predict(backbone, network, pixels, np.arange(2))


def test_a_lower_resolution_averages_pixels():
    grey = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert resized(grey, None) is grey
    assert resized(grey, 2)[0, 0].tolist() == [[2.5, 4.5], [10.5, 12.5]]
