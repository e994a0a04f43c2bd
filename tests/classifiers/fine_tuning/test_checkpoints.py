"""What a training has reached, on disk and back."""

import torch
from torch import nn

from classifiers.fine_tuning import checkpoints
from classifiers.fine_tuning.checkpoints import Progress


def test_networks_that_share_parameters_are_kept(tmp_path):
    first = nn.Linear(2, 2)
    shared = nn.Sequential(first, first).state_dict()
    progress = Progress(
        weights=shared, average={}, best=shared, optimiser={}, history=[{"epoch": 1}], micro_batch=4
    )
    checkpoints.save(tmp_path, progress)
    found = checkpoints.load(tmp_path)
    assert found.history == [{"epoch": 1}]
    assert found.micro_batch == 4
    assert all(torch.equal(found.best[name], value) for name, value in shared.items())
