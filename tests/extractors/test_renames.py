import warnings

import pytest
import timm
import torch
import torchvision
from torch import nn

from extractors.renames import renamed
from extractors.weights import misfits

HEAD = ("fc.", "classifier.")


@pytest.fixture(scope="module")
def state():
    torch.manual_seed(1)
    return torchvision.models.resnet18(weights=None).state_dict()


@pytest.fixture(scope="module")
def network():
    return timm.create_model("resnet18", num_classes=0)


def numbered(state):
    names = [name for name, _ in torchvision.models.resnet18(weights=None).named_children()]
    pairs = ((key.partition("."), value) for key, value in state.items())
    return {f"{names.index(first)}.{rest}": value for (first, _, rest), value in pairs}


def prefixed(prefix):
    return lambda state: {prefix + key: value for key, value in state.items()}


FORMS = {
    "as they are": (lambda state: state, ""),
    "parallel": (prefixed("module."), "without the prefix 'module.'"),
    "lightning": (prefixed("model."), "without the prefix 'model.'"),
    "compiled": (prefixed("_orig_mod."), "without the prefix '_orig_mod.'"),
    "all at once": (
        prefixed("model.module._orig_mod.net."),
        "without the prefix 'model.module._orig_mod.net.'",
    ),
    "another classifier beside": (
        lambda state: {
            **{f"backbone.{key}": value for key, value in state.items() if not key.startswith("fc.")},
            "fc.0.weight": torch.ones(2, 512),
        },
        "without the prefix 'backbone.'",
    ),
    "children by number": (
        lambda state: {
            f"backbone.{key}": value for key, value in numbered(state).items() if not key.startswith("9.")
        },
        "without the prefix 'backbone.'; children named for their numbers",
    ),
    "children by number, with the classifier": (numbered, "children named for their numbers"),
}


@pytest.mark.parametrize("form", FORMS)
def test_weights_are_renamed_when_all_fit_and_it_is_said_how(state, network, form):
    change, said = FORMS[form]
    found = renamed(change(state), network, "resnet18", HEAD)
    assert found.how == said
    assert not misfits(network, found.state)
    assert torch.equal(found.state["layer3.0.conv1.weight"], state["layer3.0.conv1.weight"])


@pytest.mark.parametrize(
    "change",
    [
        lambda state: {**prefixed("model.")(state), "loss.weight": torch.ones(2)},
        lambda state: {
            key.replace("layer3", "layer5"): value for key, value in prefixed("model.")(state).items()
        },
        lambda state: {key: value for key, value in numbered(state).items() if not key.startswith("7.")},
        lambda state: {},
    ],
)
def test_a_renaming_that_leaves_one_weight_over_or_out_is_none(state, network, change):
    assert misfits(network, renamed(change(state), network, "resnet18", HEAD).state)


def test_the_nearest_attempt_says_what_is_wrong(state, network):
    changed = {key.replace("layer3.0", "layer3.9"): value for key, value in prefixed("model.")(state).items()}
    problems = misfits(network, renamed(changed, network, "resnet18", HEAD).state)
    assert "unexpected (layer3.9.conv1.weight" in "; ".join(problems)


def test_numbers_of_a_sequence_stay():
    plain = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    found = renamed(plain.state_dict(), plain, "any", HEAD)
    assert (found.how, misfits(plain, found.state)) == ("", [])


def test_a_transposed_weight_is_not_reshaped():
    with torch.device("meta"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # initial values on the meta device
        network = timm.create_model("vgg11", num_classes=0)
        state = torchvision.models.vgg11(weights=None).state_dict()
    state["classifier.0.weight"] = state["classifier.0.weight"].T
    assert misfits(network, renamed(state, network, "vgg11", HEAD).state)
