"""Rename the weights of a file to a network's names: all of them fit afterwards, or none is renamed."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import nn

from extractors.library_names import blocks_of, names_for
from extractors.weights import HEADS, State, misfits

_MOST_PREFIXES = 6  # words before a name, as in `model.module._orig_mod.backbone.`


@dataclass(frozen=True)
class Renamed:
    """Weights without the classifier, and how their names were changed ('' if they were not)."""

    state: State
    how: str = ""


def renamed(state: State, network: nn.Module, name: str, head: tuple[str, ...]) -> Renamed:
    """The weights under the names of a headless network called `name`, if a known renaming makes all fit.

    Known are words before all names (`module.`, `_orig_mod.`, `backbone.`, others), children by
    number instead of name, names of torchvision's published DenseNet files, and torchvision's names for
    timm's networks of the same architecture. `head` are the classifier's key prefixes. When nothing fits,
    the attempt with the fewest misfits is returned, whose misfits say what is wrong.
    """
    attempts: list[tuple[int, int, Renamed]] = []
    for attempt in _attempts(state, network, name, head):
        problems = misfits(network, attempt.state)
        if not problems:
            return attempt
        attempts.append((_misfitting(network, attempt.state), len(attempts), attempt))
    return min(attempts)[2]


def _misfitting(network: nn.Module, state: State) -> int:
    wanted = network.state_dict()
    shared = wanted.keys() & state.keys()
    shapes = [key for key in shared if state[key].shape != wanted[key].shape]
    return len(wanted.keys() ^ state.keys()) + len(shapes)


def _attempts(state: State, network: nn.Module, name: str, head: tuple[str, ...]) -> Iterator[Renamed]:
    for words, bare in _without_prefixes(state):
        for children, numbered in _by_number(bare, network):
            for library, own in _by_library(numbered, network, name):
                kept = {key: value for key, value in own.items() if not key.startswith(head)}
                yield Renamed(kept, "; ".join(how for how in (words, children, library) if how))


def _without_prefixes(state: State) -> Iterator[tuple[str, State]]:
    """The weights, then without the first word of all names, as often as all names share one.

    A classifier beside the prefix, as in `backbone.conv.weight` and `fc.weight`, is left as it is.
    """
    yield "", state
    prefix = ""
    for _ in range(_MOST_PREFIXES):
        heads = {key: value for key, value in state.items() if key.split(".")[0] in HEADS}
        rest = {key: value for key, value in state.items() if key not in heads} or state
        words = {key.partition(".")[0] for key in rest}
        if len(words) != 1 or any("." not in key for key in rest):
            return
        word = words.pop() + "."
        prefix += word
        state = {key.removeprefix(word): value for key, value in rest.items()} | (
            heads if rest is not state else {}
        )
        yield f"without the prefix '{prefix}'", state


def _by_number(state: State, network: nn.Module) -> Iterator[tuple[str, State]]:
    """The weights, then with children's names for numbers (`nn.Sequential(*network.children())`)."""
    yield "", state
    numbers = {key.partition(".")[0] for key in state}
    if not all(number.isdigit() for number in numbers):
        return
    present = [name for name, _ in network.named_children()]
    for names in dict.fromkeys((tuple(present), tuple(network._modules))):  # without and with removed ones
        known = {str(i): name for i, name in enumerate(names)}
        pairs = {key: key.partition(".") for key in state}
        yield (
            "children named for their numbers",
            {f"{known.get(first, first)}.{rest}": state[key] for key, (first, _, rest) in pairs.items()},
        )


def _by_library(state: State, network: nn.Module, name: str) -> Iterator[tuple[str, State]]:
    """The weights, then under each library's names that are known for this network."""
    yield "", state
    for names in names_for(name):
        new = {key: names.rename(key, blocks_of(network)) for key in state}
        if len(set(new.values())) == len(state) and any(key != value for key, value in new.items()):
            yield names.whose, _reshaped({new[key]: value for key, value in state.items()}, network)


def _reshaped(state: State, network: nn.Module) -> State:
    """Weights in the shapes of the network's where these hold the same values in the same order."""
    wanted = network.state_dict()
    return {
        key: value.reshape(wanted[key].shape)
        if key in wanted and value.shape[:1] == wanted[key].shape[:1] and value.numel() == wanted[key].numel()
        else value
        for key, value in state.items()
    }
