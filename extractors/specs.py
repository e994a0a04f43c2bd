"""The specification of an extractor, as plain data: a backbone with its weights, several, or a descriptor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from extractors.descriptors import descriptors
from extractors.digests import JsonValue, digest_of, file_digest
from extractors.sources import INSTALLED, RANDOM, name_without_folder, source_of
from extractors.token_choice import LAST, POOLED

PIXELS_VERSION = 1  # raise it when decoding gives different pixels
EMBEDDINGS_VERSION = 1  # raise it when backbones give different embeddings
AVERAGE = "average"  # of the features of an image and of its mirror image
BETWEEN = " + "  # the parts of a concatenation, in names


class Identifiable(Protocol):
    """What the embedding cache needs of an extractor."""

    @property
    def label(self) -> str:
        """The name shown in records, tables and figures."""

    def identity(self) -> dict[str, JsonValue]:
        """The settings and digests that decide the embedding: part of the cache key and of fingerprints."""


@dataclass(frozen=True)
class BackboneSpec:
    """A network and its weights; `name` includes the prefix of its source (`extractors.sources`).

    `weights` is the name of the source's own pretrained weights (the default; `imagenet` for timm and
    torchvision), `random`, `installed` (those of an installed package), or the path of a file. `mean` and
    `std` (per channel, of pixels in 0..1) override
    the weights' own configuration. `flip` is empty, or AVERAGE: the features are the mean over the image and
    its mirror image (left and right exchanged), which takes twice the time. `tokens` and `layers` say what
    the vector is made of (`token_choice`).
    """

    name: str
    weights: str = ""
    model_args: Mapping[str, JsonValue] = field(default_factory=dict, hash=False)
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    label: str = ""
    flip: str = ""
    tokens: str = POOLED
    layers: str = LAST

    def __post_init__(self) -> None:
        if not self.weights:
            object.__setattr__(self, "weights", source_of(self.name).weights)
        if not self.label:
            parts = [name_without_folder(self.name), *self._of_tokens.values()]
            parts += [RANDOM] if self.weights == RANDOM else []
            parts += ["flip"] if self.flip else []
            object.__setattr__(self, "label", "-".join(parts))

    @property
    def chosen(self) -> dict[str, str]:
        """`tokens`, `layers` and `flip`, where they are not as the network itself makes its vector."""
        return {**self._of_tokens, **({"flip": self.flip} if self.flip else {})}

    @property
    def _of_tokens(self) -> dict[str, str]:
        given = {"tokens": (self.tokens, POOLED), "layers": (self.layers, LAST)}
        return {key: value for key, (value, default) in given.items() if value != default}

    @property
    def pretrained(self) -> bool:
        """Whether it has the pretrained weights of its source."""
        return self.weights == source_of(self.name).weights

    @property
    def weights_file(self) -> Path | None:
        """The weights file; None for pretrained or random weights, or if its package is not installed."""
        known = self.resolved()
        return None if known.pretrained or known.weights in (RANDOM, INSTALLED) else Path(known.weights)

    @property
    def trained(self) -> bool:
        """Whether it has weights other than random ones."""
        return self.weights != RANDOM

    def resolved(self) -> "BackboneSpec":
        """The same network with the name, arguments and weights file for its library."""
        return source_of(self.name).resolve(self)

    def asked(self) -> dict[str, JsonValue]:
        """The settings in the grid, without folders and defaults: part of a cell's id."""
        asked: dict[str, JsonValue] = {"name": name_without_folder(self.name), **self.chosen}
        if not self.pretrained:
            named = self.weights in (RANDOM, INSTALLED)
            asked["weights"] = self.weights if named else Path(self.weights).name
        if self.model_args:
            asked["model_args"] = dict(self.model_args)
        if self.mean is not None:
            asked["mean"] = list(self.mean)
        if self.std is not None:
            asked["std"] = list(self.std)
        return asked

    def identity(self) -> dict[str, JsonValue]:
        """The settings, with digests of the weights file and of files beside it that decide the vectors."""
        file, known, files = self.weights_file, self.resolved(), source_of(self.name).files
        beside: dict[str, JsonValue] = {f.name: _digest_of(f) for f in files(known)} if files else {}
        more: dict[str, JsonValue] = {"files": beside} if beside else {}
        return {**known.asked(), "weights": _digest_of(file) if file else self.weights, **more}


def _digest_of(file: Path) -> str:
    """The digest of a weights file; a word for one that cannot be read, whose loading will say why."""
    try:
        return file_digest(file)
    except OSError:
        return "unreadable"


@dataclass(frozen=True)
class ConcatSpec:
    """The embeddings of several backbones side by side: the columns of all of them, in this order."""

    parts: tuple[BackboneSpec, ...]
    label: str = ""

    def __post_init__(self) -> None:
        if not self.label:
            object.__setattr__(self, "label", BETWEEN.join(part.label for part in self.parts))

    def asked(self) -> dict[str, JsonValue]:
        """The settings in the grid: part of a cell's id."""
        return {"concat": [part.asked() for part in self.parts]}

    def identity(self) -> dict[str, JsonValue]:
        return {"concat": [part.identity() for part in self.parts]}


@dataclass(frozen=True)
class TokensSpec:
    """All tokens of a backbone's last layer (or of its `layers`), as float16: see `token_arrays`."""

    backbone: BackboneSpec

    @property
    def name(self) -> str:
        """The backbone's name."""
        return self.backbone.name

    @property
    def label(self) -> str:
        """The backbone's label, and what is stored of it."""
        return f"{self.backbone.label} (tokens)"

    def identity(self) -> dict[str, JsonValue]:
        return {**self.backbone.identity(), "stored": "tokens, float16"}


@dataclass(frozen=True)
class DescriptorSpec:
    """A hand-crafted descriptor, by its name in `extractors.descriptors`."""

    name: str

    @property
    def label(self) -> str:
        """The descriptor's name."""
        return self.name

    def asked(self) -> dict[str, JsonValue]:
        """The settings in the grid: part of a cell's id."""
        return {"name": self.name}

    def identity(self) -> dict[str, JsonValue]:
        return {"descriptor": self.name, "version": descriptors()[self.name].version}


def embedding_folder(cache: Path, pixels_digest: str, extractor: Identifiable) -> Path:
    """The cache folder of an embedding, named by a digest of pixels, weights and preprocessing.

    Tokens have a folder of their own, since they are much larger.
    """
    key: JsonValue = {
        "pixels": pixels_digest,
        "extractor": extractor.identity(),
        "version": EMBEDDINGS_VERSION,
    }
    folder = "tokens" if isinstance(extractor, TokensSpec) else "embeddings"
    return cache / folder / digest_of(key)[:20]


PlainExtractor = BackboneSpec | DescriptorSpec | TokensSpec  # that reads pixels itself
AnyExtractor = BackboneSpec | DescriptorSpec | ConcatSpec  # that gives a vector per image


def parts_of(extractors: Iterable[AnyExtractor | TokensSpec]) -> dict[str, PlainExtractor]:
    """By label, the extractors that read pixels: those given, with the parts of concatenations."""
    found: dict[str, PlainExtractor] = {}
    for extractor in extractors:
        for part in extractor.parts if isinstance(extractor, ConcatSpec) else (extractor,):
            found[part.label] = part
    return found


def networks_of(extractor: object) -> tuple[BackboneSpec, ...]:
    """The networks of an extractor: itself, or the parts of a concatenation; none for all else."""
    if isinstance(extractor, ConcatSpec):
        return extractor.parts
    return (extractor,) if isinstance(extractor, BackboneSpec) else ()
