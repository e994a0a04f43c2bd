import pytest
import torch
from safetensors.torch import load_file

from extractors.backbones import load_backbone
from extractors.bundled.pretraining import training
from extractors.bundled.pretraining.training import checkpoint_path, pretrain
from extractors.specs import BackboneSpec

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(training, "POOL", 64)
    monkeypatch.setattr(training, "HELD_OUT", 8)
    monkeypatch.setattr(training, "BATCH", 16)
    monkeypatch.setattr(training, "SIDES", ((0.5, 32), (1.0, 48)))


@pytest.fixture
def counted(monkeypatch):
    """A clock by which a step of training takes ten seconds, however busy the machine is."""
    ticks = iter(range(0, 10**6, 10))
    monkeypatch.setattr(training.time, "monotonic", lambda: float(next(ticks)))


class KilledError(Exception):
    pass


def kill_after(images):
    def watch(moment):
        if moment.images >= images:
            raise KilledError

    return watch


@pytest.mark.usefixtures("counted")
def test_a_killed_training_goes_on_from_its_checkpoint(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", 15.0)
    out = tmp_path / "made" / "b.safetensors"
    with pytest.raises(KilledError):
        pretrain(out, 80 / 3600, CPU, kill_after(5 * 16))
    assert not out.exists()
    kept = torch.load(checkpoint_path(out), weights_only=True)
    assert kept["step"] == 4
    assert kept["elapsed"] == 40
    seen = []
    trained = pretrain(out, 80 / 3600, CPU, lambda moment: seen.append(moment.images))
    assert seen == [5 * 16, 6 * 16, 7 * 16, 8 * 16], "four steps were left of eight"
    assert trained.images == 8 * 16
    assert trained.seconds == 80
    assert 0 <= trained.accuracy <= 1


@pytest.mark.usefixtures("counted")
def test_the_checkpoint_holds_all_that_a_step_depends_on(tmp_path):
    """Two steps, the second after a kill, give the weights of two steps in one go."""
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    monkey = pytest.MonkeyPatch()
    monkey.setattr(training, "Pool", SteadyPool)
    try:
        pretrain(whole, 20 / 3600, CPU)
        monkey.setattr(training, "CHECKPOINT_SECONDS", 5.0)
        with pytest.raises(KilledError):
            pretrain(parts, 20 / 3600, CPU, kill_after(2 * 16))
        pretrain(parts, 20 / 3600, CPU)
    finally:
        monkey.undo()
    one, two = load_file(whole), load_file(parts)
    assert all(torch.equal(one[name], two[name]) for name in one)


class SteadyPool:
    """Batches that depend on the step alone, so that a pool drawn anew makes no difference."""

    def __init__(self, step, size):
        pass

    def batch(self, size, step):
        generator = torch.Generator().manual_seed(step)
        pictures = torch.randint(0, 256, (size, 128, 128), dtype=torch.uint8, generator=generator)
        return pictures, torch.randint(0, 500, (size,), generator=generator)

    def close(self):
        pass


@pytest.mark.usefixtures("counted")
def test_what_it_writes_is_a_backbone_in_float16(tmp_path):
    out = tmp_path / "b.safetensors"
    pretrain(out, 10 / 3600, CPU)
    state = load_file(out)
    assert {value.dtype for value in state.values()} == {torch.float16}
    assert not any(name.startswith("fc.") for name in state)
    assert load_backbone(BackboneSpec("bundled", str(out)), size=64, device=CPU).width == 384


def test_a_foreign_checkpoint_is_refused(tmp_path):
    out = tmp_path / "b.safetensors"
    torch.save({"epoch": 3}, checkpoint_path(out))
    with pytest.raises(ValueError, match="delete it to begin again"):
        pretrain(out, 1.0, CPU)
    checkpoint_path(out).write_bytes(b"not a checkpoint")
    with pytest.raises(ValueError, match="delete it to begin again"):
        pretrain(out, 1.0, CPU)


@pytest.mark.usefixtures("counted")
def test_it_learns(tmp_path, monkeypatch):
    """On sixteen pictures learned by heart, the loss falls far below that of a guess."""
    monkeypatch.setattr(training, "POOL", 16)
    monkeypatch.setattr(training, "SIDES", ((1.0, 32),))
    monkeypatch.setattr(training.Pool, "batch", first_batch)
    losses = []
    pretrain(tmp_path / "b.safetensors", 250 / 3600, CPU, lambda moment: losses.append(moment.loss))
    assert losses[-1] < losses[0] - 0.5


def first_batch(pool, size, step):
    return torch.from_numpy(pool._pictures[:size]), torch.from_numpy(pool._labels[:size])
