"""Fine-tuning of small networks: it learns, never looks at the test rows, and goes on after a kill."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from classifiers.fine_tuning import checkpoints
from classifiers.fine_tuning.data import Part, TrainingImages
from classifiers.fine_tuning.fine_tune import TuningTask, _calibrated, fine_tune
from classifiers.fine_tuning.loss_weights import unit_weights
from classifiers.fine_tuning.recipes import Recipe
from classifiers.fine_tuning.training import DivergedError, Training
from extractors.backbones import load_backbone
from extractors.specs import BackboneSpec

CPU = torch.device("cpu")
SPEC = BackboneSpec("test_efficientnet", "random")


def marked_images(n=160, size=32, seed=0):
    """Noise; the abnormal ones carry a bright square somewhere. Two views a study, a study a patient."""
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 100, (n, size, size)).astype(np.uint8)
    labels = np.arange(n) // 2 % 2
    for image in np.flatnonzero(labels):
        y, x = random.integers(2, size - 12, 2)
        pixels[image, y : y + 10, x : x + 10] += 120
    return pixels, labels


def images_of(pixels, labels, train):
    rows = np.arange(train)
    owners = np.array([f"p{row // 2}" for row in rows], dtype=object)
    return TrainingImages(
        pixels, rows, labels[rows], owners, owners, np.full(train, "hand"), np.arange(train, len(pixels))
    )


@pytest.fixture
def task(tmp_path):
    def make(folder="a", **recipe):
        recipe = {"epochs": 4, "batch_size": 16, "learning_rate": 3e-3, **recipe}
        images = images_of(*marked_images(), train=120)
        return TuningTask(SPEC, Recipe(**recipe), images, 7, CPU, tmp_path / folder)

    return make


def test_it_learns_what_marks_the_abnormal(task):
    made = task(epochs=12, batch_norm="train", schedule="cosine")
    tuned = fine_tune(made)
    _, labels = marked_images()
    assert roc_auc_score(labels[120:], tuned.fit.probabilities) > 0.9
    assert tuned.history[-1]["train_loss"] < tuned.history[0]["train_loss"]
    assert 0 < tuned.fit.threshold < 1
    assert tuned.fit.bytes_on_disk == tuned.weights.stat().st_size > 100_000
    assert (
        tuned.fit.parameters["best_epoch"] == min(tuned.history, key=lambda e: e["validation_loss"])["epoch"]
    )
    assert tuned.facts["trained_on"] + tuned.facts["validated_on"] == 120


@pytest.mark.parametrize(
    "recipe", [{}, {"views": "study"}, {"head": {"widths": [8], "dropout": 0.5}, "ema": 0.5}]
)
def test_the_same_task_gives_the_same_bits(task, recipe):
    first, second = (fine_tune(task(folder, epochs=2, **recipe)) for folder in "ab")
    assert np.array_equal(first.fit.probabilities, second.fit.probabilities)


def test_the_test_rows_decide_nothing(task):
    made = task(epochs=2)
    pixels = made.images.pixels.copy()
    pixels[120:] = 255 - pixels[120:]
    other = replace(made, images=replace(made.images, pixels=pixels), checkpoints=made.checkpoints / "other")
    first, second = fine_tune(made), fine_tune(other)
    timeless = [[{k: v for k, v in e.items() if k != "seconds"} for e in t.history] for t in (first, second)]
    assert timeless[0] == timeless[1]
    assert first.fit.threshold == second.fit.threshold
    assert not np.array_equal(first.fit.probabilities, second.fit.probabilities)


class Killed(BaseException):
    """What a kill between two epochs looks like to the code."""


@pytest.mark.parametrize("epochs_before_the_kill", [1, 3, 4])
def test_a_killed_training_continues_to_the_same_bits(task, epochs_before_the_kill):
    recipe = {
        "stages": [
            {"trainable": "head", "epochs": 2},
            {"schedule": "plateau", "plateau_patience": 0},
        ],
        "epochs": 3,
        "learning_rate": 1e-3,
        "ema": 0.8,
        "head": {"widths": [8], "dropout": 0.3},
        "augmentation": {"flip": 0.5, "shift": 0.1},
    }
    whole = fine_tune(task("whole", **recipe))
    told = []

    def kill(epoch):
        told.append(epoch["step"])
        if len(told) == epochs_before_the_kill:
            raise Killed

    with pytest.raises(Killed):
        fine_tune(replace(task("killed", **recipe), watch=kill))
    rest = []
    continued = fine_tune(replace(task("killed", **recipe), watch=lambda epoch: rest.append(epoch["step"])))
    assert told + rest == list(range(1, len(whole.history) + 1))
    assert np.array_equal(continued.fit.probabilities, whole.fit.probabilities)


def test_a_half_written_checkpoint_is_none(task, tmp_path):
    fine_tune(task(epochs=2))
    folder = tmp_path / "a" / "rate-0.003"
    assert len(checkpoints.load(folder).history) == 2
    next(folder.glob("epoch-0002.safetensors")).write_bytes(b"torn")
    assert checkpoints.load(folder) is None


def test_the_better_learning_rate_is_taken(task):
    tuned = fine_tune(task(epochs=5, learning_rate=[1e-6, 3e-3], batch_norm="train"))
    assert tuned.fit.parameters["learning_rate"] == 3e-3
    assert [epoch["step"] for epoch in tuned.history] == list(range(1, len(tuned.history) + 1))


def test_probing_first_leaves_the_backbone_alone(task):
    tuned = fine_tune(task(trainable="head", epochs=2))
    from safetensors.torch import load_file

    state = load_file(tuned.weights)
    fresh = load_backbone(SPEC, size=32, device=CPU).network.state_dict()
    assert all(torch.equal(state[f"backbone.{name}"], value) for name, value in fresh.items())


def test_a_lower_resolution_is_what_the_network_sees(task, monkeypatch):
    sides = set()
    original = Training._loss
    monkeypatch.setattr(Training, "_loss", lambda self, odds, where: original(self, odds, where))
    import classifiers.fine_tuning.training as training

    def seen(backbone, grey):
        sides.add(grey.shape[-1])
        return normalised(backbone, grey)

    normalised = training.normalised
    monkeypatch.setattr(training, "normalised", seen)
    fine_tune(task(epochs=1, resolution=24))
    assert sides == {24}
    with pytest.raises(ValueError, match="64 is above the 32 pixels"):
        fine_tune(task("b", resolution=64))


def test_batches_that_do_not_fit_are_halved_and_gradients_add_up(task, monkeypatch):
    recipe = {"epochs": 2, "batch_norm": "eval"}
    whole = fine_tune(task("whole", **recipe))
    original = Training._odds

    def small_device(self, positions, draws):
        if len(positions) > 5:
            raise torch.OutOfMemoryError("no room")
        return original(self, positions, draws)

    monkeypatch.setattr(Training, "_odds", small_device)
    pieces = fine_tune(task("pieces", **recipe))
    assert pieces.facts["micro_batch"] == 4
    assert whole.facts["micro_batch"] == 16
    assert np.allclose(pieces.fit.probabilities, whole.fit.probabilities, atol=1e-3)
    monkeypatch.setattr(Training, "_odds", lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("none")))
    with pytest.raises(ValueError, match="one image does not fit the device"):
        fine_tune(task("none", **recipe))


def part_of(units, labels, parts=None):
    units, labels = np.array(units), np.array(labels)
    return Part(np.arange(len(units)), units, labels, np.array(parts or ["hand"] * len(labels)))


def training_of(recipe, part):
    backbone = load_backbone(SPEC, size=32, device=CPU)
    pixels = np.zeros((10, 32, 32), np.uint8)
    return Training(
        backbone=backbone, recipe=recipe, pixels=pixels, train=part, validation=part, seed=0, folder=None
    )


def test_the_loss_of_studies_is_that_of_the_mean_probability():
    part = part_of([0, 0, 1, 1, 1], [1, 0])
    odds = torch.tensor([0.3, -1.2, 2.0, 0.1, -0.4], requires_grad=True)
    loss = training_of(Recipe(views="study"), part)._loss(odds, np.arange(5))
    p = odds.sigmoid()
    assert loss.item() == pytest.approx((-p[:2].mean().log() - (1 - p[2:].mean()).log()).item(), rel=1e-5)
    single = part_of(range(5), [1, 0, 1, 1, 0])
    labels = torch.tensor([1.0, 0, 1, 1, 0])
    expected = torch.nn.functional.binary_cross_entropy_with_logits(odds, labels, reduction="sum")
    assert training_of(Recipe(), single)._loss(odds, np.arange(5)).item() == pytest.approx(
        expected.item(), rel=1e-5
    )


def test_class_weights_and_smoothing():
    part = part_of(range(4), [1, 0, 0, 0])
    odds = torch.tensor([0.3, -1.2, 2.0, 0.1])
    weighted = training_of(Recipe(loss="class_weighted_bce", label_smoothing=0.2), part)._loss(
        odds, np.arange(4)
    )
    targets, weights = torch.tensor([0.9, 0.1, 0.1, 0.1]), torch.tensor([1.5, 0.5, 0.5, 0.5])
    expected = torch.nn.functional.binary_cross_entropy_with_logits(odds, targets, weights, reduction="sum")
    assert weighted.item() == pytest.approx(expected.item(), rel=1e-5)


def test_classes_are_weighted_within_each_body_part_by_their_images():
    train = part_of([0, 0, 0, 1, 2, 3], [1, 0, 0, 1], ["hand", "hand", "wrist", "wrist"])
    weights = unit_weights(Recipe(loss="class_weighted_bce"), train, train)
    assert weights.tolist() == [0.5, 1.5, 1, 1], "three abnormal images of the hand to one normal"
    other = part_of([0, 1], [1, 0], ["elbow", "wrist"])
    assert unit_weights(Recipe(loss="class_weighted_bce"), train, other).tolist() == [1, 1]
    assert unit_weights(Recipe(), train, train).tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("labels", [np.zeros(120, int), np.array([1, 1] + [0] * 118)])
def test_too_few_patients_of_a_class_are_one_clear_line(task, labels):
    made = task()
    with pytest.raises(ValueError, match="two patients of each class") as error:
        fine_tune(replace(made, images=replace(made.images, labels=labels)))
    assert "\n" not in str(error.value)


def test_a_loss_that_is_no_number_is_one_clear_line(task):
    with pytest.raises(DivergedError, match=r"no longer a number in epoch 1 .*lower learning_rate"):
        fine_tune(task(optimizer="sgd", learning_rate=10, weight_decay=1e30, batch_norm="train"))


def test_a_rate_whose_loss_breaks_is_not_taken(task):
    tuned = fine_tune(task(optimizer="sgd", learning_rate=[10, 1e-3], epochs=2))
    assert tuned.fit.parameters["learning_rate"] == 1e-3
    assert tuned.facts["diverged_rates"] == [10]


def test_a_calibrated_network_stays_calibrated():
    """Platt's sigmoid takes log odds, so that it can leave them as they are."""
    random = np.random.default_rng(0)
    odds = random.normal(0, 3, 4000)
    labels = (random.random(4000) < 1 / (1 + np.exp(-odds))).astype(int)
    _, probabilities = _calibrated(odds, labels, odds)
    assert np.abs(probabilities - 1 / (1 + np.exp(-odds))).max() < 0.03


@pytest.mark.parametrize("name", ["torchvision/inception_v3", "torchvision/googlenet"])
def test_networks_with_auxiliary_outputs_train(name):
    backbone = load_backbone(BackboneSpec(name, "random"), size=96, device=CPU)
    from classifiers.fine_tuning.layers import TunedNetwork
    from classifiers.fine_tuning.recipes import Head

    network = TunedNetwork(backbone, Head()).train()
    assert network(torch.zeros(2, 3, 96, 96)).shape == (2,)
