"""Train the bundled network to classify drawn pictures; resumable."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import timm
import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from extractors import bundled
from extractors.bundled.pretraining.augmenting import augmented
from extractors.bundled.pretraining.catalogue import CATEGORIES, SEED
from extractors.bundled.pretraining.pool import Pool, drawn
from extractors.weights import State, save_state

BATCH, RATE, DECAY, SMOOTHING, WARM_UP = 64, 1.5e-3, 0.05, 0.1, 0.04
SIDES = (
    (0.35, 64),
    (0.65, 80),
    (0.85, 96),
    (1.0, 112),
)  # (share of the time, side of the crops in pixels until then)
POOL, HELD_OUT = 4096, 2000  # pictures for training, and new pictures for the accuracy at the end
CHECKPOINT_SECONDS = 120.0
_RECENT = 0.02  # weight of a new step in the moving averages of loss and accuracy: about fifty steps
_COUNTERS = ("elapsed", "step", "loss", "accuracy")


@dataclass(frozen=True)
class TrainingState:
    """The state of a training: seconds used and available, images seen, recent loss and accuracy."""

    elapsed: float
    budget: float
    images: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Trained:
    """The result of a training; `accuracy` is on newly drawn pictures."""

    images: int
    seconds: float
    accuracy: float


@dataclass
class _Training:
    network: nn.Module
    optimiser: torch.optim.AdamW
    device: torch.device
    elapsed: float = 0.0
    step: int = 0
    loss: float = math.log(CATEGORIES)
    accuracy: float = 0.0


def pretrain(
    out: Path,
    hours: float,
    device: torch.device,
    progress: Callable[[TrainingState], None] = lambda moment: None,
) -> Trained:
    """Train for `hours` in total, and write the backbone to `out` (float16).

    A checkpoint, `OUT.checkpoint`, is written every two minutes: a call after a kill, or with more hours,
    continues from it. Raises ValueError for a checkpoint of another training.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    training = _begun_or_resumed(checkpoint_path(out), device)
    pool = Pool(training.step, POOL)
    budget, written = hours * 3600, training.elapsed
    try:
        while training.elapsed < budget:
            _timed_step(training, pool, budget)
            progress(_moment(training, budget))
            if training.elapsed - written > CHECKPOINT_SECONDS:
                written = training.elapsed
                _write_checkpoint(training, checkpoint_path(out))
    finally:
        pool.close()
    _write_checkpoint(training, checkpoint_path(out))
    save_state(backbone_state(training.network), out)
    accuracy = category_accuracy(training.network, device, HELD_OUT)
    return Trained(training.step * BATCH, training.elapsed, accuracy)


def checkpoint_path(out: Path) -> Path:
    """The path of the checkpoint of `out`."""
    return out.with_name(out.name + ".checkpoint")


def new_network() -> nn.Module:
    """The network with its classifier, initialised with SEED."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        network: nn.Module = timm.create_model(
            bundled.NETWORK,
            num_classes=CATEGORIES,
            in_chans=1,
            stem_type=bundled.STEM,
            channels=bundled.CHANNELS,
        )
    return network


def backbone_state(network: nn.Module) -> State:
    """The network's weights in float16, without its classifier and batch counters."""
    return {
        name: value.detach().cpu().half()
        for name, value in network.state_dict().items()
        if not name.startswith("fc.") and value.is_floating_point()
    }


@torch.inference_mode()
def category_accuracy(network: nn.Module, device: torch.device, count: int, side: int = 112) -> float:
    """The accuracy on the centre crops of `count` newly drawn pictures."""
    network.eval()
    pictures, labels = drawn(count, [4])
    edge = (pictures.shape[1] - side) // 2
    cut = torch.from_numpy(pictures[:, None, edge : edge + side, edge : edge + side])
    named = [
        network(_normalised(cut[start : start + BATCH].to(device).float() / 255)).argmax(1).cpu()
        for start in range(0, count, BATCH)
    ]
    return float((torch.cat(named) == torch.from_numpy(labels)).float().mean())


def _timed_step(training: _Training, pool: Pool, budget: float) -> None:
    began = time.monotonic()
    part = min(1.0, training.elapsed / budget)
    for group in training.optimiser.param_groups:
        group["lr"] = RATE * min(1.0, part / WARM_UP + 0.01) * 0.5 * (1 + math.cos(math.pi * part))
    pictures, labels = pool.batch(BATCH, training.step)
    side = next(side for until, side in SIDES if part <= until)
    _learn(training, pictures.to(training.device), labels.to(training.device), side)
    training.step += 1
    training.elapsed += time.monotonic() - began


def _learn(training: _Training, pictures: Tensor, labels: Tensor, side: int) -> None:
    generator = Generator(training.device).manual_seed(SEED + training.step)
    batch = _normalised(augmented(pictures, side, generator))
    training.network.train()
    with torch.autocast(training.device.type, torch.bfloat16, enabled=training.device.type == "cuda"):
        logits: Tensor = training.network(batch)
    loss = functional.cross_entropy(logits.float(), labels, label_smoothing=SMOOTHING)
    training.optimiser.zero_grad()
    torch.autograd.backward(loss)
    training.optimiser.step()
    correct = float((logits.argmax(1) == labels).float().mean())
    training.loss += _RECENT * (loss.item() - training.loss)
    training.accuracy += _RECENT * (correct - training.accuracy)


def _normalised(grey: Tensor) -> Tensor:
    return ((grey - bundled.MEAN) / bundled.STD).contiguous(memory_format=torch.channels_last)


def _moment(training: _Training, budget: float) -> TrainingState:
    return TrainingState(training.elapsed, budget, training.step * BATCH, training.loss, training.accuracy)


def _begun_or_resumed(checkpoint: Path, device: torch.device) -> _Training:
    network = new_network().to(device).to(memory_format=torch.channels_last)
    training = _Training(network, _optimiser(network), device)
    if checkpoint.is_file():
        try:
            _resume(training, torch.load(checkpoint, map_location=device, weights_only=True))
        except (RuntimeError, UnpicklingError, KeyError, ValueError, EOFError) as error:
            raise ValueError(
                f"{checkpoint} is not a checkpoint of this training: delete it to begin again"
            ) from error
    return training


def _resume(training: _Training, kept: Mapping[str, Any]) -> None:
    training.network.load_state_dict(kept["network"])
    training.optimiser.load_state_dict(kept["optimiser"])
    for name in _COUNTERS:
        setattr(training, name, kept[name])


def _optimiser(network: nn.Module) -> torch.optim.AdamW:
    """AdamW with weight decay for matrices and kernels only, not for biases and normalisation."""
    decayed = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    return torch.optim.AdamW(
        [{"params": decayed, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}]
    )


def _write_checkpoint(training: _Training, path: Path) -> None:
    kept = {
        "network": training.network.state_dict(),
        "optimiser": training.optimiser.state_dict(),
        **{name: getattr(training, name) for name in _COUNTERS},
    }
    temporary = path.with_name(f".{path.name}.part")
    torch.save(kept, temporary)
    temporary.replace(path)
