"""Files of weights: whatever wraps them is taken off, and all of them must fit."""

import pytest
import torch
from torch import nn

from extractors.weights import load_strictly, read_state, save_state


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
