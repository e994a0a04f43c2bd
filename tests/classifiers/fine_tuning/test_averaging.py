"""The average of weights: that of torch, to the last bit."""

import copy

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from classifiers.fine_tuning.averaging import update_average


def test_the_average_has_the_bytes_of_torchs_own_buffers_and_counter_included():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(12, 1))
    theirs = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
    ours = AveragedModel(copy.deepcopy(network), use_buffers=True)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    for _ in range(4):
        network(torch.randn(5, 1, 4, 4)).sum().backward()
        optimiser.step()
        theirs.update_parameters(network)
        update_average(ours, network, 0.9)
    expected, found = theirs.state_dict(), ours.state_dict()
    assert expected.keys() == found.keys()
    assert all(torch.equal(found[name], value) for name, value in expected.items())
    assert not torch.equal(found["module.0.weight"], network.state_dict()["0.weight"])
    assert found["n_averaged"] == 4
