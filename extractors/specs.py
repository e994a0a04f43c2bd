"""What an extractor is, as plain data: a backbone with its weights, or a hand-crafted descriptor."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol, Self

from extractors import bundled

PIXELS_VERSION = 1  # raise it when decoding gives other pixels
EMBEDDINGS_VERSION = 1  # raise it when a backbone is fed or read otherwise
NAMED_WEIGHTS = ("imagenet", "random", bundled.NAME)
JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


class Extractor(Protocol):
    """What the embedding cache needs to know of an extractor."""

    @property
    def label(self) -> str:
        """The name shown in records, tables and figures."""

    def identity(self) -> dict[str, JsonValue]:
        """What decides the numbers: enters the cache key and the fingerprint of a cell."""


@dataclass(frozen=True)
class BackboneSpec:
    """A frozen network: a timm name, `torchvision/NAME` or `bundled`, and where its weights come from.

    `weights` is `imagenet` (the library's own default weights), `random`, or the path of a file; the
    network that ships with the project has `bundled` in the place of `imagenet`.
    `mean` and `std` (per channel, of pixels in 0..1) override the weights' own configuration.
    """

    name: str
    weights: str = "imagenet"
    model_args: Mapping[str, JsonValue] = field(default_factory=dict, hash=False)
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    label: str = ""

    def __post_init__(self) -> None:
        if self.name == bundled.NAME and self.weights == "imagenet":
            object.__setattr__(self, "weights", bundled.NAME)
        if not self.label:
            suffix = "-random" if self.weights == "random" else ""
            object.__setattr__(self, "label", self.name + suffix)

    @property
    def weights_file(self) -> Path | None:
        """The file that holds the weights, or None for weights that a library has or draws."""
        if self.weights == bundled.NAME:
            return bundled.FILE
        return None if self.weights in NAMED_WEIGHTS else Path(self.weights)

    def in_library(self) -> Self:
        """The same network by the name and arguments that timm or torchvision knows it by."""
        if self.name != bundled.NAME:
            return self
        arguments: dict[str, JsonValue] = {
            "in_chans": 1,
            "stem_type": bundled.STEM,
            "channels": list(bundled.CHANNELS),
        }
        return replace(
            self,
            name=bundled.NETWORK,
            model_args={**arguments, **self.model_args},
            mean=self.mean or (bundled.MEAN,),
            std=self.std or (bundled.STD,),
        )

    def asked(self) -> dict[str, JsonValue]:
        """What the grid asked for, free of any machine's folders; defaults left out."""
        asked: dict[str, JsonValue] = {"name": self.name}
        if self.weights != "imagenet" and self.weights != self.name:
            asked["weights"] = self.weights if self.weights in NAMED_WEIGHTS else Path(self.weights).name
        if self.model_args:
            asked["model_args"] = dict(self.model_args)
        if self.mean is not None:
            asked["mean"] = list(self.mean)
        if self.std is not None:
            asked["std"] = list(self.std)
        return asked

    def identity(self) -> dict[str, JsonValue]:
        digest = file_digest(self.weights_file) if self.weights_file else self.weights
        return {**self.in_library().asked(), "weights": digest}


@dataclass(frozen=True)
class DescriptorSpec:
    """A hand-crafted descriptor, by the name it has in `extractors.handcrafted`."""

    name: str
    version: int

    @property
    def label(self) -> str:
        """The descriptor's name."""
        return self.name

    def asked(self) -> dict[str, JsonValue]:
        """What the grid asked for."""
        return {"name": self.name}

    def identity(self) -> dict[str, JsonValue]:
        return {"descriptor": self.name, "version": self.version}


def embedding_folder(cache: Path, pixels_digest: str, extractor: Extractor) -> Path:
    """Where an embedding belongs: named by the pixels' content, the weights and the preprocessing."""
    key: JsonValue = {
        "pixels": pixels_digest,
        "extractor": extractor.identity(),
        "version": EMBEDDINGS_VERSION,
    }
    return cache / "embeddings" / digest_of(key)[:20]


def digest_of(value: JsonValue) -> str:
    """The sha256 (hex) of a value's canonical JSON; stable across machines and versions."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(path: Path) -> str:
    """The sha256 (hex) of a file's bytes, read once per process and version of the file."""
    status = path.stat()
    return _file_digest(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=256)
def _file_digest(path: Path, size: int, modified: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
