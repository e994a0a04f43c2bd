"""What an extractor is, as plain data: a backbone with its weights, or a hand-crafted descriptor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from extractors.descriptors import descriptors
from extractors.digests import JsonValue, digest_of, file_digest
from extractors.sources import RANDOM, source_of

PIXELS_VERSION = 1  # raise it when decoding gives other pixels
EMBEDDINGS_VERSION = 1  # raise it when a backbone is fed or read otherwise


class Extractor(Protocol):
    """What the embedding cache needs to know of an extractor."""

    @property
    def label(self) -> str:
        """The name shown in records, tables and figures."""

    def identity(self) -> dict[str, JsonValue]:
        """What decides the numbers: enters the cache key and the fingerprint of a cell."""


@dataclass(frozen=True)
class BackboneSpec:
    """A frozen network: the name that one of `extractors.sources` answers for, and which weights it has.

    `weights` is the name of the source's own pretrained weights (the default; `imagenet` for timm and
    torchvision), `random`, or the path of a file. `mean` and `std` (per channel, of pixels in 0..1) override
    the weights' own configuration.
    """

    name: str
    weights: str = ""
    model_args: Mapping[str, JsonValue] = field(default_factory=dict, hash=False)
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    label: str = ""

    def __post_init__(self) -> None:
        if not self.weights:
            object.__setattr__(self, "weights", source_of(self.name).weights)
        if not self.label:
            suffix = "-random" if self.weights == RANDOM else ""
            object.__setattr__(self, "label", self.name + suffix)

    @property
    def pretrained(self) -> bool:
        """Whether it has its source's own weights."""
        return self.weights == source_of(self.name).weights

    @property
    def weights_file(self) -> Path | None:
        """The file that holds the weights, or None for weights that a library has or draws."""
        known = self.resolved()
        return None if known.pretrained or known.weights == RANDOM else Path(known.weights)

    def resolved(self) -> "BackboneSpec":
        """The same network by the name, arguments and file that its library knows it by."""
        return source_of(self.name).resolve(self)

    def asked(self) -> dict[str, JsonValue]:
        """What the grid asked for, free of any machine's folders; defaults left out."""
        asked: dict[str, JsonValue] = {"name": self.name}
        if not self.pretrained:
            asked["weights"] = self.weights if self.weights == RANDOM else Path(self.weights).name
        if self.model_args:
            asked["model_args"] = dict(self.model_args)
        if self.mean is not None:
            asked["mean"] = list(self.mean)
        if self.std is not None:
            asked["std"] = list(self.std)
        return asked

    def identity(self) -> dict[str, JsonValue]:
        file = self.weights_file
        return {**self.resolved().asked(), "weights": file_digest(file) if file else self.weights}


@dataclass(frozen=True)
class DescriptorSpec:
    """A hand-crafted descriptor, by its name in `extractors.descriptors`."""

    name: str

    @property
    def label(self) -> str:
        """The descriptor's name."""
        return self.name

    def asked(self) -> dict[str, JsonValue]:
        """What the grid asked for."""
        return {"name": self.name}

    def identity(self) -> dict[str, JsonValue]:
        return {"descriptor": self.name, "version": descriptors()[self.name].version}


def embedding_folder(cache: Path, pixels_digest: str, extractor: Extractor) -> Path:
    """Where an embedding belongs: named by the pixels' content, the weights and the preprocessing."""
    key: JsonValue = {
        "pixels": pixels_digest,
        "extractor": extractor.identity(),
        "version": EMBEDDINGS_VERSION,
    }
    return cache / "embeddings" / digest_of(key)[:20]
