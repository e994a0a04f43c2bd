"""Weight files with random damage: loaded whole, or refused in one line; nothing in them is run."""

import io
import pickle
import random
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import timm
import torch
from safetensors.torch import save

from extractors.backbones import load_backbone
from extractors.specs import BackboneSpec
from tests.faults.command import TooSlow, alarm
from tests.faults.mutations import mutated_bytes
from tests.faults.outcome import ACCEPTED, FAULT, REFUSED, Outcome, counted

NETWORK = "test_resnet"  # timm's smallest
SECONDS = 30


class Evil:
    """A pickle that writes a file when it is loaded by a careless reader."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return Path.write_text, (self.mark, "run")


def contents(mark: Path) -> dict[str, bytes]:
    """What people and attackers save under the name of weights."""
    state = timm.create_model(NETWORK, pretrained=False).state_dict()

    def saved(content: object) -> bytes:
        stream = io.BytesIO()
        torch.save(content, stream)
        return stream.getvalue()

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("x/data.pkl", pickle.dumps(Evil(mark)))
    return {
        "whole .safetensors": save(state),
        "whole .pth": saved(state),
        "whole state_dict": saved({"state_dict": state, "epoch": 3}),
        "whole module.*": saved({"model": {f"module.{key}": value for key, value in state.items()}}),
        "empty": b"",
        "text": b"these are weights",
        "list": saved([1, 2, 3]),
        "tensor": saved(torch.zeros(3)),
        "list below state_dict": saved({"state_dict": [1, 2]}),
        "number keys": saved({1: torch.zeros(3)}),
        "half the keys": saved(dict(list(state.items())[::2])),
        "one shape changed": saved({**state, next(iter(state)): torch.zeros(2, 2)}),
        "NaN": saved({key: value * float("nan") for key, value in state.items()}),
        "pickle with code": pickle.dumps(Evil(mark)),
        "torch file with code": archive.getvalue(),
        "HTML": b"<!doctype html><title>403</title>",
        "pointer of git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n",
    }


def weights(count: int, seed: int = 0) -> pd.DataFrame:
    """Every content once, and so many damaged ones of the whole files."""
    choose = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mark = folder / "mark"
        known = contents(mark)
        outcomes = []
        for kind, content in known.items():
            outcome = _loaded(kind, content, folder)
            if outcome.ended == (REFUSED if kind.startswith("whole") else ACCEPTED):
                outcome = Outcome(kind, FAULT, f"was {outcome.ended}: {outcome.detail}")
            outcomes.append(Outcome(kind, FAULT, "its code was run") if mark.exists() else outcome)
            mark.unlink(missing_ok=True)
        wholes = [kind for kind in known if kind.startswith("whole")]
        for _ in range(count):
            kind = choose.choice(wholes)
            damaged = mutated_bytes(known[kind], choose)
            outcomes.append(_loaded(kind.replace("whole", "damaged"), damaged, folder))
    return counted(outcomes)


def _loaded(kind: str, content: bytes, folder: Path) -> Outcome:
    path = folder / ("x.safetensors" if "safetensors" in kind else "x.pth")
    path.write_bytes(content)
    try:
        with alarm(SECONDS):
            load_backbone(BackboneSpec(NETWORK, weights=str(path)), size=32, device=torch.device("cpu"))
    except ValueError as error:
        return Outcome(kind, REFUSED if str(error).count("\n") < 12 else FAULT, str(error))
    except TooSlow:
        return Outcome(kind, FAULT, f"took more than {SECONDS} s")
    except Exception as error:
        return Outcome(kind, FAULT, f"{type(error).__name__}: {error}")
    return Outcome(kind, ACCEPTED)
