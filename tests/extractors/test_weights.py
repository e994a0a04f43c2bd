"""Files of weights: whatever wraps them is taken off, and all of them must fit."""

import argparse
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from extractors.weights import load_strictly, read_checkpoint, read_state, save_state


@pytest.fixture
def network():
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))


def test_what_is_saved_is_read(network, tmp_path):
    path = tmp_path / "made" / "w.safetensors"
    save_state({"w": torch.ones(2, 3).T}, path)
    assert torch.equal(read_state(path)["w"], torch.ones(3, 2))


@pytest.mark.parametrize(
    "wrap", [lambda s: s, lambda s: {"state_dict": s}, lambda s: {"model": s, "epoch": 3}]
)
def test_wrappers_are_taken_off(network, tmp_path, wrap):
    torch.save(wrap(network.state_dict()), tmp_path / "w.pth")
    assert read_state(tmp_path / "w.pth").keys() == network.state_dict().keys()


@pytest.mark.parametrize("name", ["w.safetensors", "w.pth"])
@pytest.mark.parametrize("content", [b"", b"not weights at all"])
def test_a_file_that_holds_no_weights_is_named(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=rf"{name} cannot be read: ") as error:
        read_state(tmp_path / name)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"no\.pth does not exist"):
        read_state(tmp_path / "no.pth")


def test_weights_are_loaded_and_batch_counters_may_be_missing(network, tmp_path):
    state = {name: value + 1 for name, value in network.state_dict().items() if "batches" not in name}
    load_strictly(network, state, tmp_path)
    assert torch.equal(network[0].weight, state["0.weight"])


def test_every_kind_of_misfit_is_listed_and_nothing_is_loaded(network, tmp_path):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    state = {name: value + 1 for name, value in network.state_dict().items()}
    state["0.w"], state["1.bias"] = state.pop("0.weight"), torch.zeros(9)
    with pytest.raises(
        ValueError,
        match=r"w\.pth does not fit the network: of 7 weights "
        r"1 missing \(0\.weight\); 1 unexpected \(0\.w\); 1 of another shape \(1\.bias\)",
    ):
        load_strictly(network, state, tmp_path / "w.pth")
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_a_long_list_is_cut(tmp_path):
    with pytest.raises(ValueError, match=r"6 missing \(0\.weight, 0\.bias, .*, \.\.\.\)"):
        load_strictly(nn.Sequential(*(nn.Linear(1, 1) for _ in range(3))), {}, tmp_path)


def one():
    return {"w": torch.ones(2)}


class Evil:
    """Creates a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.parametrize(
    ("content", "under"),
    [
        (lambda: {"state_dict": one()}, ("state_dict",)),
        (lambda: {"model_state_dict": one(), "optimizer": {"state": {0: one()}}}, ("model_state_dict",)),
        (lambda: {"net": one(), "acc": 0.9}, ("net",)),
        (lambda: {"model": {"state_dict": one()}}, ("model", "state_dict")),
        (lambda: {"state_dict": {"w": torch.zeros(2)}, "state_dict_ema": one()}, ("state_dict_ema",)),
        (lambda: {"model": {"w": torch.zeros(2)}, "model_ema": one()}, ("model_ema",)),
        (lambda: {"state_dict": one(), "state_dict_ema": None}, ("state_dict",)),
        (lambda: {"any_word": one(), "epoch": 3}, ("any_word",)),
        (lambda: {"model": torch.ones(2)}, ()),
    ],
)
def test_the_wrapper_is_found_and_said(tmp_path, content, under):
    torch.save(content(), tmp_path / "w.pth")
    found = read_checkpoint(tmp_path / "w.pth")
    assert found.under == under
    assert [value.tolist() for value in found.state.values()] == [[1, 1]]


@pytest.mark.parametrize("new", [True, False])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: [torch.ones(1)], "it holds a list, not tensors by name"),
        (lambda: torch.ones(1), "it holds one tensor"),
        (lambda: None, "it holds a NoneType"),
        (lambda: {}, "it holds no weights"),
        (lambda: {"state_dict": [torch.ones(1)]}, "its 'state_dict' holds a list"),
        (
            lambda: {"student": one(), "teacher": one()},
            r"several sets of weights \(student, teacher\); save one",
        ),
        (lambda: {"w": torch.ones(1), "epoch": 3}, r"no tensors: epoch \(int\)"),
        (lambda: {"w": torch.tensor([1, math.nan])}, r"not finite in 1 of 1 tensors \(w\).*take another"),
        (lambda: {"w": torch.tensor([math.inf])}, "not finite"),
        (lambda: {"w": torch.eye(2).to_sparse()}, "sparse or quantised"),
        (
            lambda: argparse.Namespace(a=1),
            r"Python objects \(argparse.Namespace\).*save its state dict alone",
        ),
        (lambda: nn.Linear(1, 1), r"Python objects \(torch.nn.modules.linear.Linear\).*run code"),
    ],
)
def test_any_other_content_is_one_line_with_the_file(tmp_path, content, said, new):
    torch.save(content(), tmp_path / "w.pth", _use_new_zipfile_serialization=new)
    with pytest.raises(ValueError, match=rf"weights file .*w\.pth cannot be read: .*{said}") as error:
        read_checkpoint(tmp_path / "w.pth")
    assert "\n" not in str(error.value)
    assert "weights_only" not in str(error.value)


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_no_code_in_a_file_is_run(tmp_path, protocol):
    (tmp_path / "w.pth").write_bytes(pickle.dumps({"w": Evil(tmp_path / "ran")}, protocol))
    with pytest.raises(ValueError, match="cannot be read"):
        read_checkpoint(tmp_path / "w.pth")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["lfs.pth", "empty.pth"])
def test_known_broken_files(name):
    path = Path(__file__).parents[2] / "../shared/cases/weights" / name
    if not path.is_file():
        pytest.skip(f"needs {path}")
    with pytest.raises(ValueError, match=r"git lfs pull|it is empty"):
        read_checkpoint(path)


def test_whole_numbers_do_not_fit(network, tmp_path):
    state = {name: (value * 10).to(torch.int8) for name, value in network.state_dict().items()}
    with pytest.raises(ValueError, match=r"of another type of number \(0\.weight"):
        load_strictly(network, state, tmp_path / "w.pth")


@pytest.mark.parametrize("form", ["zip", "old", "safetensors"])
def test_mutated_files_are_refused_in_one_line_or_hold_the_same_kind_of_tensors(network, tmp_path, form):
    """A changed bit inside a value cannot be seen, unless the value is not finite then."""
    path = tmp_path / "w.pth"
    if form == "safetensors":
        save_state(network.state_dict(), path)
    else:
        torch.save(network.state_dict(), path, _use_new_zipfile_serialization=form == "zip")
    whole, random, refused = path.read_bytes(), np.random.default_rng(0), 0
    for _ in range(70):
        changed = bytearray(whole)
        for place in random.integers(0, len(whole), random.integers(1, 9)):
            changed[place] = random.integers(0, 256)
        path.write_bytes(changed[: random.integers(1, len(whole))] if random.random() < 0.3 else changed)
        try:
            load_strictly(network, read_checkpoint(path).state, path)
        except ValueError as error:
            assert str(path) in str(error) and "\n" not in str(error)  # noqa: PT017, PT018
            refused += 1
    assert refused > 15
