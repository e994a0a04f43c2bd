"""How other libraries name the weights of the same networks, one table per family of networks.

Only networks that compute the same are here: the same layers, padding and constants, and the same mean and
std by default. A family that differs in one of these (torchvision's MobileNetV3 and timm's, for example) is
missing on purpose; its files fit only the library that wrote them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(frozen=True)
class Block:
    """A block of a timm network of the EfficientNet family: its name, and whether it begins by expanding."""

    name: str
    expands: bool


@dataclass(frozen=True)
class LibraryNames:
    """The names that a library gives to the weights of a family of networks."""

    whose: str  # names of what, for records
    family: str  # pattern of the network's name, without its tag
    rename: Callable[[str, Sequence[Block]], str]  # (key, blocks) -> this network's key, or the same key


def names_for(network: str) -> Iterator[LibraryNames]:
    """The tables that know a network, by its name in the grid, with or without a tag."""
    return (names for names in _TABLES if re.fullmatch(names.family, network.partition(".")[0]))


def rename_all(state: Mapping[str, Tensor], network: str) -> dict[str, Tensor]:
    """Weights that a library published under the names of its earlier versions, under its present ones."""
    if re.fullmatch(_DENSENET.family, network):
        return {_DENSENET.rename(key, ()): value for key, value in state.items()}
    return dict(state)


def blocks_of(network: nn.Module) -> list[Block]:
    """The blocks of a network of the EfficientNet family in their order; none for another."""
    stages = getattr(network, "blocks", None)
    if not isinstance(stages, nn.Sequential):
        return []
    return [
        Block(f"blocks.{s}.{i}", hasattr(block, "conv_pwl"))
        for s, stage in enumerate(stages)
        if isinstance(stage, nn.Sequential)
        for i, block in enumerate(stage)
    ]


def _first(patterns: Sequence[tuple[str, str]]) -> Callable[[str, Sequence[Block]], str]:
    """Rename by the first pattern that matches the beginning of a key."""

    def rename(key: str, blocks: Sequence[Block]) -> str:
        for pattern, new in patterns:
            if match := re.match(pattern, key):
                return match.expand(new) + key[match.end() :]
        return key

    return rename


def _in_block(block: Block, inside: str, expanding: Mapping[str, str], other: Mapping[str, str]) -> str:
    """The key of a weight in a block, by the longest name of a layer that it begins with."""
    layers = expanding if block.expands else other
    layer = max((name for name in layers if inside.startswith(f"{name}.")), key=len, default="")
    return f"{block.name}.{layers.get(layer, '?' + inside)}{inside[len(layer) :] if layer else ''}"


def _blocks(
    pattern: str,
    outside: Sequence[tuple[str, str]],
    expanding: Mapping[str, str],
    other: Mapping[str, str],
    first: int = 0,
) -> Callable[[str, Sequence[Block]], str]:
    """Rename in a network of blocks that are counted from `first`, or named by stage and place."""
    rename_outside = _first(outside)

    def rename(key: str, blocks: Sequence[Block]) -> str:
        match = re.fullmatch(pattern, key)
        if match is None:
            return rename_outside(key, blocks)
        *place, inside = match.groups()
        if len(place) == 1:
            number = int(place[0]) - first
            found = blocks[number] if 0 <= number < len(blocks) else None
        else:
            name = f"blocks.{int(place[0]) - first}.{place[1]}"
            found = next((block for block in blocks if block.name == name), None)
        return _in_block(found, inside, expanding, other) if found else key

    return rename


def _convnext(key: str, blocks: Sequence[Block]) -> str:
    match = re.match(r"features\.(\d+)\.", key)
    if match is None:
        return _first(((r"classifier\.0", "head.norm"), (r"classifier\.2", "head.fc")))(key, blocks)
    number = int(match[1])
    if number == 0:
        return key.replace("features.0.", "stem.", 1)
    if number % 2 == 0:
        return key.replace(match[0], f"stages.{number // 2}.downsample.", 1)
    place, _, inside = key[match.end() :].partition(".")
    layers = (
        ("layer_scale", "gamma"),
        *(
            (r"block\.0", "conv_dw"),
            (r"block\.2", "norm"),
            (r"block\.3", "mlp.fc1"),
            (r"block\.5", "mlp.fc2"),
        ),
    )
    return f"stages.{number // 2}.blocks.{place}.{_first(layers)(inside, blocks)}"


def _regnet(key: str, blocks: Sequence[Block]) -> str:
    match = re.match(r"trunk_output\.block(\d)\.block\d-(\d+)\.", key)
    if match is None:
        return _first(((r"stem\.0", "stem.conv"), (r"stem\.1", "stem.bn"), (r"fc\b", "head.fc")))(key, blocks)
    layers = (
        (r"proj\.0", "downsample.conv"),
        (r"proj\.1", "downsample.bn"),
        *((rf"f\.{letter}\.0", f"conv{i}.conv") for i, letter in enumerate("abc", start=1)),
        *((rf"f\.{letter}\.1", f"conv{i}.bn") for i, letter in enumerate("abc", start=1)),
        (r"f\.se", "se"),
    )
    return f"s{match[1]}.b{int(match[2]) + 1}.{_first(layers)(key[match.end() :], blocks)}"


def _densenet(key: str, blocks: Sequence[Block]) -> str:
    return re.sub(r"(denselayer\d+\.(?:norm|relu|conv))\.([12]\.)", r"\1\2", key)


_MOBILENET_V2 = _blocks(
    r"features\.(\d+)\.conv\.(.+)",
    (
        (r"features\.0\.0\b", "conv_stem"),
        (r"features\.0\.1\b", "bn1"),
        (r"features\.18\.0\b", "conv_head"),
        (r"features\.18\.1\b", "bn2"),
        (r"classifier\.1\b", "classifier"),
    ),
    {"0.0": "conv_pw", "0.1": "bn1", "1.0": "conv_dw", "1.1": "bn2", "2": "conv_pwl", "3": "bn3"},
    {"0.0": "conv_dw", "0.1": "bn1", "1": "conv_pw", "2": "bn2"},
    first=1,
)
_EFFICIENTNET = _blocks(
    r"features\.(\d+)\.(\d+)\.block\.(.+)",
    (
        (r"features\.0\.0\b", "conv_stem"),
        (r"features\.0\.1\b", "bn1"),
        (r"features\.8\.0\b", "conv_head"),
        (r"features\.8\.1\b", "bn2"),
        (r"classifier\.1\b", "classifier"),
    ),
    {
        **{"0.0": "conv_pw", "0.1": "bn1", "1.0": "conv_dw", "1.1": "bn2", "3.0": "conv_pwl", "3.1": "bn3"},
        **{"2.fc1": "se.conv_reduce", "2.fc2": "se.conv_expand"},
    },
    {
        **{"0.0": "conv_dw", "0.1": "bn1", "2.0": "conv_pw", "2.1": "bn2"},
        **{"1.fc1": "se.conv_reduce", "1.fc2": "se.conv_expand"},
    },
    first=1,
)
_SQUEEZE = {"_se_reduce": "se.conv_reduce", "_se_expand": "se.conv_expand"}
_EFFICIENTNET_PYTORCH = _blocks(
    r"_blocks\.(\d+)\.(.+)",
    (
        (r"_conv_stem\b", "conv_stem"),
        (r"_bn0\b", "bn1"),
        (r"_conv_head\b", "conv_head"),
        (r"_bn1\b", "bn2"),
        (r"_fc\b", "classifier"),
    ),
    {
        **{"_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2"},
        **{"_project_conv": "conv_pwl", "_bn2": "bn3"},
        **_SQUEEZE,
    },
    {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2", **_SQUEEZE},
)
_VGG = _first(
    (
        (r"classifier\.0\b", "pre_logits.fc1"),
        (r"classifier\.3\b", "pre_logits.fc2"),
        (r"classifier\.6\b", "head.fc"),
    )
)

_DENSENET = LibraryNames(
    "from the names of torchvision's published files", r"(torchvision/)?densenet\d+", _densenet
)
_TORCHVISION = "from torchvision's names"
_TABLES = (
    _DENSENET,
    LibraryNames(_TORCHVISION, r"vgg\d+(_bn)?", _VGG),
    LibraryNames(_TORCHVISION, r"mobilenetv2_100", _MOBILENET_V2),
    LibraryNames(_TORCHVISION, r"efficientnet_b[0-4]", _EFFICIENTNET),
    LibraryNames(_TORCHVISION, r"convnext_(tiny|small|base|large)", _convnext),
    LibraryNames(_TORCHVISION, r"regnet[xy]_\d+(_tv)?", _regnet),
    # github.com/lukemelas/EfficientNet-PyTorch and the packages of the extra `imagenet`
    LibraryNames(
        "from the names of EfficientNet-PyTorch", r"tf_efficientnet_(lite\d|b\d)", _EFFICIENTNET_PYTORCH
    ),
)
