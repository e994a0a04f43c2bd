"""What a training has reached, on disk and back."""

import logging

import pytest
import torch
from torch import nn

from classifiers.fine_tuning import checkpoints
from classifiers.fine_tuning.checkpoints import Checkpoint


def test_networks_that_share_parameters_are_kept(tmp_path):
    first = nn.Linear(2, 2)
    shared = nn.Sequential(first, first).state_dict()
    state = Checkpoint(
        weights=shared, average={}, best=shared, optimiser={}, history=[{"epoch": 1}], micro_batch=4
    )
    checkpoints.save(tmp_path, state)
    found = checkpoints.load(tmp_path)
    assert found.history == [{"epoch": 1}]
    assert found.micro_batch == 4
    assert all(torch.equal(found.best[name], value) for name, value in shared.items())


@pytest.fixture
def saved(tmp_path):
    weights, optimiser = {"w": torch.ones(300)}, {"state": {0: {"step": torch.ones(300)}}}
    state = Checkpoint(weights, {}, weights, optimiser, [{"epoch": 1}, {"epoch": 2}], 4)
    checkpoints.save(tmp_path, state)
    return tmp_path


def test_no_checkpoint_is_none_without_a_word(tmp_path, caplog):
    with caplog.at_level(logging.DEBUG):
        assert checkpoints.load(tmp_path / "new") is None
    assert not caplog.records


def test_only_the_last_epoch_is_kept(saved):
    assert len(checkpoints.load(saved).history) == 2
    assert {path.name for path in saved.iterdir()} == {
        "history.json",
        "epoch-0002.safetensors",
        "epoch-0002.optimiser",
    }


@pytest.mark.parametrize("kept", [None, 0, 0.5, 0.99])
@pytest.mark.parametrize("name", ["history.json", "epoch-0002.safetensors", "epoch-0002.optimiser"])
def test_what_a_kill_or_a_full_disk_leaves_begins_again_with_a_warning(saved, name, kept, caplog):
    """Each file gone, empty, and cut off in the middle and near its end."""
    path = saved / name
    content = path.read_bytes()
    path.unlink() if kept is None else path.write_bytes(content[: int(kept * len(content))])
    with caplog.at_level(logging.WARNING):
        assert checkpoints.load(saved) is None
    if (name, kept) != ("history.json", None):  # without a history there was no checkpoint
        (record,) = caplog.records
        assert str(saved) in record.getMessage()
        assert "begins again" in record.getMessage()


@pytest.mark.parametrize("content", ["[]", "{}", "null", '{"epoch": "epoch-0002"}', "torn"])
def test_a_history_of_another_form_is_unreadable(saved, content, caplog):
    (saved / "history.json").write_text(content)
    assert checkpoints.load(saved) is None
    assert len(caplog.records) == 1


def test_other_errors_are_not_hidden(saved, monkeypatch):
    def broken(*_, **__):
        raise AttributeError("a mistake of ours")

    monkeypatch.setattr(checkpoints, "load_file", broken)
    with pytest.raises(AttributeError, match="ours"):
        checkpoints.load(saved)
