"""One training: its epochs are told, checkpointed, and the best weights are taken at its end."""

import copy

import numpy as np
import pytest
import torch

from classifiers.fine_tuning import checkpoints
from classifiers.fine_tuning.recipes import Recipe
from classifiers.fine_tuning.training import DivergedError, Training
from extractors.backbones import load_backbone
from tests.classifiers.fine_tuning.tasks import CPU, SPEC, images_of, marked_images


@pytest.fixture
def make(tmp_path):
    images = images_of(*marked_images(60), train=60)
    parts = {
        name: images.part(rows, by_study=False)
        for name, rows in (("train", np.arange(40)), ("validation", np.arange(40, 60)))
    }

    def made(folder="a", **asked):
        own = {name: asked.pop(name) for name in ("validation", "keep_best", "last_epoch") if name in asked}
        recipe = Recipe(**{"epochs": 2, "batch_size": 20, "learning_rate": 3e-3, **asked})
        backbone = load_backbone(SPEC, size=32, device=CPU)
        given = {"pixels": images.pixels, "seed": 7, "folder": tmp_path / folder, **parts, **own}
        return Training(backbone=backbone, recipe=recipe, **given)

    return made


def test_each_epoch_is_told_after_its_checkpoint(make, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "EVERY", 0)
    training, told = make(), []

    def on_epoch(epoch):
        told.append(epoch["epoch"])
        assert len(checkpoints.load(tmp_path / "a").history) == epoch["epoch"]

    training.run(on_epoch)
    assert told == [1, 2]
    assert [epoch["stage"] for epoch in training.history] == [0, 0]
    for epoch in training.history:
        assert np.isfinite(list(epoch.values())).all()
        assert 0 <= epoch["validation_auroc"] <= 1


def test_a_finished_training_trains_no_more(make):
    first = make()
    first.run(lambda epoch: None)
    again = make()
    again.run(lambda epoch: pytest.fail("trained again"))
    assert again.history == first.history
    assert all(torch.equal(again.best[name], value) for name, value in first.best.items())


def test_the_best_epoch_predicts_not_the_last(make, monkeypatch):
    """Also where a run finds the training finished, as after a kill, and has nothing left to train."""
    monkeypatch.setattr("classifiers.fine_tuning.training.best_epoch", lambda history, select: history[0])
    seen = []
    for folder in ("a", "a"):
        training, trained = make(folder, epochs=3), []
        training.run(
            lambda epoch, training=training, trained=trained: trained.append(training.predict(np.arange(4)))
        )
        seen.append((training.predict(np.arange(4)), trained))
    (first, trained), (again, nothing) = seen
    assert len(trained) == 3
    assert nothing == []
    assert np.array_equal(first, trained[0])
    assert not np.allclose(first, trained[2])
    assert np.array_equal(first, again)


def test_a_new_head_depends_on_the_seed_and_leaves_that_of_others_alone(make):
    torch.manual_seed(5)
    before = torch.rand(1)
    torch.manual_seed(5)
    one, two = make().network.state_dict(), make("b").network.state_dict()
    assert torch.rand(1) == before
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_a_loss_that_is_no_number_is_one_clear_line(make):
    with pytest.raises(DivergedError, match=r"no longer a number in epoch 1 .*lower learning_rate"):
        make(optimizer="sgd", learning_rate=10, weight_decay=1e30, batch_norm="train").run(lambda epoch: None)


def test_the_average_of_the_weights_is_what_is_validated_and_kept(make):
    training, trained = make(ema=0.5), {}
    training.run(lambda epoch: trained.update(copy.deepcopy(training.network.state_dict())))
    assert any(not torch.equal(training.best[name], trained[name]) for name in trained)
    left = training.network.state_dict()
    assert all(torch.equal(training.best[name], left[name]) for name in left)


def test_short_epochs_share_a_checkpoint(make, tmp_path):
    """One at the end, none younger than EVERY."""
    make(epochs=3).run(
        lambda epoch: (tmp_path / "a/history.json").exists() == (epoch["epoch"] == 3) or pytest.fail("when?")
    )
    assert len(checkpoints.load(tmp_path / "a").history) == 3


def test_without_a_validation_part_the_last_epoch_is_kept(make):
    training = make(epochs=3, validation=None, keep_best=False, last_epoch=2)
    training.run(lambda epoch: None)
    assert len(training.history) == 2
    assert not any(name.startswith("validation") for name in training.history[0])
    last = training.evaluated.state_dict()
    assert all(torch.equal(training.best[name], value) for name, value in last.items())


@pytest.mark.parametrize("trainable", ["lora", "bitfit", "norm", "last_1_blocks"])
def test_what_is_frozen_keeps_its_bits(make, trainable):
    """Running statistics and counters of batch norm included, also in the average of the weights."""
    training = make(trainable=trainable, batch_norm="eval", ema=0.9, lora={"rank": 1})
    for module in training.network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.num_batches_tracked.fill_(7)  # rounding its average would give 6
    before = {name: value.clone() for name, value in training.network.state_dict().items()}
    training.run(lambda epoch: None)
    trained = {name for name, parameter in training.network.named_parameters() if parameter.requires_grad}
    if trainable == "lora":  # merged: the same names as before, without changes beside them
        assert all("parametrizations" not in name for name in training.best)
        assert set(training.best) == {
            name.replace("parametrizations.weight.original", "weight")
            for name in before
            if not name.endswith((".up", ".down"))
        }
        frozen = [name for name in training.best if name in before and name.startswith("backbone.")]
    else:
        frozen = [name for name in training.best if name not in trained]
        assert any(not torch.equal(training.best[name], before[name]) for name in trained)
    assert any("running_var" in name for name in frozen)
    assert all(torch.equal(training.best[name], before[name]) for name in frozen)


def test_low_rank_changes_go_on_after_a_kill_with_the_same_bytes(make, monkeypatch):
    monkeypatch.setattr(checkpoints, "EVERY", 0)
    asked = {"trainable": "lora", "lora": {"rank": 1}, "ema": 0.9, "epochs": 3}
    whole = make("whole", **asked)
    whole.run(lambda epoch: None)

    def killed(epoch):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make("killed", **asked).run(killed)
    again = make("killed", **asked)
    again.run(lambda epoch: None)
    assert again.best.keys() == whole.best.keys()
    assert all(torch.equal(again.best[name], value) for name, value in whole.best.items())
    assert again.footprint == whole.footprint
