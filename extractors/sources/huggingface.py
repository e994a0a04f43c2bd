"""Backbones of transformers: `hf:FOLDER`, or `hf:OWNER/NAME[@REVISION]` of the hub (extra `transformers`)."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import nn

from extractors.errors import WeightsUnavailableError, reason
from extractors.sources.extras import library
from extractors.sources.hub import copying, hub_file, hub_origin
from extractors.sources.huggingface_networks import NETWORKS, VISION_TOWERS, TransformersNetwork
from extractors.sources.origin import Origin
from extractors.sources.places import is_path
from extractors.sources.source import Normalisation
from extractors.specs import BackboneSpec
from extractors.weights import State, read_checkpoint, read_state, some

PREFIX = "hf:"
_CONFIG, _README = "config.json", "README.md"
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_PREPROCESSOR = ("preprocessor_config.json", "processor_config.json")
# Keys of config.json that say which code, type and files to use
_HOW_TO_RUN = (
    *("model_type", "auto_map", "dtype", "torch_dtype"),
    *("quantization_config", "fusion_config", "transformers_weights"),
)
# What a file may hold beside the image network: the classifier, and of CLIP and SigLIP the text's tower
_UNUSED = (
    "classifier.",
    "text_model.",
    "text_projection.",
    "visual_projection.",
    "logit_scale",
    "logit_bias",
)


def knows(name: str) -> bool:
    """Whether this is a path, or a name as the hub has them; it is looked for when it is built."""
    rest = name.removeprefix(PREFIX)
    return is_path(rest, "folder") or re.fullmatch(r"[\w.-]+/[\w.-]+(@[\w./-]+)?", rest) is not None


def names() -> list[str]:
    """None: the hub has too many to suggest one."""
    return []


def resolve(spec: BackboneSpec) -> BackboneSpec:
    """Set `weights` to the file in the folder, so that the extractor's identity depends on its content.

    Any other spec, and a folder without such a file, is returned as it is.
    """
    folder = _local(spec)
    if folder is None or not spec.pretrained:
        return spec
    file = next((folder / name for name in _WEIGHTS if (folder / name).is_file()), None)
    return replace(spec, weights=str(file)) if file else spec


def files(spec: BackboneSpec) -> list[Path]:
    """The configuration of a local folder, which decides the vectors too."""
    folder = _local(spec)
    named = (_CONFIG, *_PREPROCESSOR) if folder else ()
    return [folder / name for name in named if folder and (folder / name).is_file()]


def build(spec: BackboneSpec, pretrained: bool) -> nn.Module:
    """Build the network with random weights, or with those of the hub.

    Raises ValueError for a network of another kind, and WeightsUnavailableError.
    """
    if spec.model_args:
        raise ValueError(f"'{spec.label}' takes no model_args; change config.json in a folder of your own")
    network = TransformersNetwork(_random(_config(spec)))
    if pretrained:
        load(spec, network, _weights(spec))
    return network


def load(spec: BackboneSpec, network: nn.Module, file: Path) -> str:
    """Load a file by transformers' own renaming, strictly. Raises ValueError that lists what does not fit."""
    assert isinstance(network, TransformersNetwork)
    checkpoint = read_checkpoint(file)
    network.replace_inner(_loaded(_config(spec), checkpoint.state, file))
    return f"taken from '{'.'.join(checkpoint.under)}'" if checkpoint.under else ""


def fetch(spec: BackboneSpec) -> State:
    """All weights of a network of the hub, as its file names them. Raises WeightsUnavailableError."""
    return read_state(_weights(spec))


def companions(spec: BackboneSpec) -> dict[str, str]:
    """The texts that a folder needs beside the weights, and its card. Raises WeightsUnavailableError."""
    beside = {name: _file(spec, name, optional=True) for name in (*_PREPROCESSOR, _README)}
    found = {_CONFIG: _file(spec, _CONFIG), **beside}
    return {name: path.read_text(encoding="utf-8") for name, path in found.items() if path}


def provenance(spec: BackboneSpec) -> dict[str, str]:
    """The full name and source, and the licence that the model card (README.md) names."""
    card = _file(spec, _README, optional=True)
    text = card.read_text(encoding="utf-8", errors="replace") if card else ""
    front = text.partition("\n---")[0] if text.startswith("---") else ""
    named = dict(re.findall(r"^(license|license_name): *[\"']?([\w .+-]+?)[\"']? *$", front, re.MULTILINE))
    licence = named.get("license", "unknown")
    if licence == "other":
        licence = named.get("license_name", "unknown")
    return {"full_name": spec.name, "licence": licence, "source": spec.name}


def origin(spec: BackboneSpec) -> Origin:
    """The hub's cache and its server, or a local folder, which is looked at only."""
    if folder := _local(spec):
        way_out = f"the folder needs {_CONFIG} and {' or '.join(_WEIGHTS)}, as save_pretrained writes them"
        found = (folder / _CONFIG).is_file() and any((folder / name).is_file() for name in _WEIGHTS)
        return Origin(found, way_out=way_out)
    repository = spec.name.removeprefix(PREFIX)
    needed = [(_CONFIG,), _WEIGHTS, *([] if spec.mean and spec.std else [_PREPROCESSOR])]
    return hub_origin(repository, *needed, way_out=copying(repository.partition("@")[0]))


def normalisation(spec: BackboneSpec, network: nn.Module) -> Normalisation:
    """Mean, std, scale and size of the image processor's configuration, and the network's channels.

    Raises ValueError where there is none and the spec has no mean and std.
    """
    config = _config(spec)
    channels = int(getattr(config, "num_channels", 3))
    found = next((path for name in _PREPROCESSOR if (path := _file(spec, name, optional=True))), None)
    if found is None and not (spec.mean and spec.std):
        raise ValueError(
            f"'{spec.label}' has no {_PREPROCESSOR[0]}, which says how its pixels are scaled: "
            "give mean and std in the grid, or add the file"
        )
    content = _read_json(found) if found else {}
    content = content.get("image_processor", content)  # where text and image have one file
    mean = content.get("image_mean", [0.5]) if content.get("do_normalize", True) else [0.0]
    std = content.get("image_std", [0.5]) if content.get("do_normalize", True) else [1.0]
    factor = float(content.get("rescale_factor", 1 / 255)) if content.get("do_rescale", True) else 1.0
    scale = 255 * factor  # of pixels in 0..1
    per_channel = [tuple(float(v) / scale for v in _each(values, channels)) for values in (mean, std)]
    return Normalisation(per_channel[0], per_channel[1], channels, _size_of(content, config))


def _each(values: Any, channels: int) -> list[float]:
    listed = list(values) if isinstance(values, list) else [values]
    return listed * channels if len(listed) == 1 else listed


def _size_of(content: dict[str, Any], config: Any) -> int:
    """The side in pixels that the network was trained with; 0 if unknown."""
    for value in (content.get("crop_size"), content.get("size"), getattr(config, "image_size", None)):
        sides = list(value.values()) if isinstance(value, dict) else [value]
        if sides and isinstance(sides[0], int):
            return sides[0]
    return 0


def _local(spec: BackboneSpec) -> Path | None:
    rest = spec.name.removeprefix(PREFIX)
    return Path(rest) if is_path(rest, "folder") else None


def _file(spec: BackboneSpec, name: str, *, optional: bool = False) -> Path | None:
    """A file of the folder, or of the hub. Raises ValueError where it is needed and absent."""
    folder = _local(spec)
    if folder is None:
        return hub_file(spec.name.removeprefix(PREFIX), name, spec.name, optional=optional)
    if (folder / name).is_file():
        return folder / name
    if optional:
        return None
    raise ValueError(
        f"the folder {folder} has no {name}: it must be as transformers' save_pretrained writes it"
    )


def _weights(spec: BackboneSpec) -> Path:
    """The weights file. Raises ValueError, and WeightsUnavailableError of the preferred format."""
    *others, last = _WEIGHTS
    for name in others:
        if found := _file(spec, name, optional=True):
            return found
    try:
        found = _file(spec, last)
    except ValueError as error:
        if isinstance(error, WeightsUnavailableError):
            raise
        raise ValueError(
            f"the folder {_local(spec)} has no weights in one file: {' or '.join(_WEIGHTS)}"
        ) from None
    assert found is not None
    return found


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            return content
        problem = "it holds no mapping"
    except (OSError, ValueError, RecursionError) as error:
        problem = reason(error)
    raise ValueError(f"{path} cannot be read ({problem}); copy or download it again")


def _config(spec: BackboneSpec) -> Any:
    """The configuration of the image network. Raises ValueError for a kind that is not in NETWORKS."""
    file = _file(spec, _CONFIG)
    assert file is not None
    content = _read_json(file)
    kind = str(content.get("model_type", ""))
    if kind in VISION_TOWERS and isinstance(content.get("vision_config"), dict):
        content, kind = content["vision_config"], VISION_TOWERS[kind]
    if kind not in NETWORKS:
        known = ", ".join((*NETWORKS, *VISION_TOWERS))
        raise ValueError(f"{file} is of model_type '{kind}', which this source does not know; known: {known}")
    transformers = library("transformers", "transformers")
    given = {key: value for key, value in content.items() if not _is_left_out(key)}
    with _quiet(transformers):
        return getattr(transformers, f"{NETWORKS[kind]}Config").from_dict(given)


def _is_left_out(key: str) -> bool:
    """Whether a key of config.json says how to run the network, not what it is.

    An implementation may be the name of a kernel on a hub, which transformers would fetch and run.
    """
    return key in _HOW_TO_RUN or "_implementation" in key


def _random(config: Any) -> nn.Module:
    transformers = library("transformers", "transformers")
    with _quiet(transformers):
        made: nn.Module = getattr(transformers, f"{NETWORKS[config.model_type]}Model")(config)
    return made


def _loaded(config: Any, state: State, file: Path) -> nn.Module:
    """The network with these weights, which transformers renames as its versions need."""
    transformers = library("transformers", "transformers")
    without_pooler = config.model_type == "vit" and not any("pooler." in key for key in state)
    own: dict[str, Any] = {"add_pooling_layer": False} if without_pooler else {}
    used = {key: value for key, value in state.items() if not key.startswith(_UNUSED)}
    with _quiet(transformers):
        network, info = getattr(transformers, f"{NETWORKS[config.model_type]}Model").from_pretrained(
            None,
            config=config,
            state_dict=used,
            dtype="float32",
            output_loading_info=True,
            ignore_mismatched_sizes=True,
            **own,
        )
    problems = [
        f"{len(keys)} {word} ({some(keys)})"
        for word, keys in (
            ("missing", sorted(info["missing_keys"])),
            ("unexpected", sorted(info["unexpected_keys"])),
            ("of another shape", [_shapes(one) for one in sorted(info["mismatched_keys"])]),
        )
        if keys
    ]
    if problems:
        raise ValueError(
            f"{file} does not fit its {_CONFIG}: of {len(network.state_dict())} weights {'; '.join(problems)}"
        )
    made: nn.Module = network
    return made


def _shapes(mismatch: Any) -> str:
    """`NAME: 32 × 64, not 32 × 32` of what transformers tells of a weight of another shape."""
    name, *shapes = mismatch if isinstance(mismatch, tuple) else (mismatch,)
    words = [" × ".join(map(str, shape)) for shape in shapes]
    return f"{name}: {', not '.join(words)}" if words else str(name)


@contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """Drop the reports and progress bars of transformers."""
    logging = transformers.logging
    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(logging.CRITICAL)
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()
