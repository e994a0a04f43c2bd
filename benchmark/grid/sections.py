"""The sections of a grid file that list the methods to compare: one pydantic model per strategy."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from benchmark.datasets.paths import resolve_path
from classifiers.catalogue import CLASSIFIERS
from classifiers.fine_tuning.recipes import END_TO_END, Recipe, RecipeEntry
from extractors.descriptors import descriptors
from extractors.exported_weights import exported_file
from extractors.normalisation import check_normalisation
from extractors.sources import INSTALLED, RANDOM, named_weights, source_of, why_fixed
from extractors.sources.installed import package_of, why_absent
from extractors.sources.places import is_path, split_name
from extractors.specs import BackboneSpec, ConcatSpec
from extractors.token_choice import LAST, LAYERS, POOLED, TOKENS, why_no_choice
from extractors.validation import Strict, one_of
from results.names import CHOSEN

ClassifierName = Annotated[str, one_of(tuple(CLASSIFIERS), "classifier")]
DescriptorName = Annotated[str, one_of(descriptors, "descriptor")]
_RESERVED = (*CLASSIFIERS, CHOSEN)  # names that a recipe cannot have


class BackboneEntry(Strict):
    """A backbone of the grid file; a plain name means the pretrained weights of its source."""

    name: str  # its prefix says which source it is from
    weights: str = "imagenet"  # the source's own, random, installed, or a file
    model_args: dict[str, Any] = Field(default_factory=dict)  # for the function that builds the network
    mean: tuple[float, ...] | None = None  # per channel, of pixels in 0..1; instead of the weights' own
    std: tuple[float, ...] | None = None
    label: str = ""  # in records, tables and figures
    tokens: Annotated[str, one_of(TOKENS, "choice of tokens")] = POOLED  # that make the vector
    layers: Annotated[str, one_of(LAYERS, "choice of layers")] = LAST  # whose outputs make it

    @field_validator("name")
    @classmethod
    def _place(cls, value: str, info: ValidationInfo) -> str:
        """The name with an absolute path, where its source's names hold one."""
        source = source_of(value)
        prefix, rest = split_name(value, source.prefix)
        if not source.place or not rest:
            return value
        path = resolve_path(rest, info.context)
        if path.is_file() if source.place == "file" else path.is_dir():
            return f"{prefix}{path}"
        if not is_path(rest, source.place):
            return value
        raise PydanticCustomError("no_file", f"there is no {source.place} {path}")

    @field_validator("weights")
    @classmethod
    def _weights_file(cls, value: str, info: ValidationInfo) -> str:
        own = source_of(info.data.get("name", "")).weights
        if value == own:
            return value
        if problem := why_fixed(info.data.get("name", "")):
            raise PydanticCustomError("fixed", "{why}", {"why": problem})
        if value == RANDOM:
            return value
        if value == INSTALLED:
            if package_of(info.data.get("name", "")) is None:
                raise PydanticCustomError("not_installed", why_absent(info.data.get("name", "")))
            return value
        if value in named_weights():
            raise PydanticCustomError(
                "other_weights",
                f"'{info.data.get('name')}' has no weights '{value}'; allowed: {own}, random, or a file",
            )
        path = resolve_path(value, info.context)
        if not path.is_file() and (exported := exported_file(info.data.get("name", ""), path)):
            return str(exported)
        if not path.is_file():
            raise PydanticCustomError(
                "no_file", f"there is no weights file {path}; allowed: {own}, random, or an existing file"
            )
        return str(path)

    @model_validator(mode="after")
    def _units(self) -> Self:
        try:
            check_normalisation(self.mean, self.std)
        except ValueError as error:
            key = str(error).partition(":")[0].split()[0]
            raise PydanticCustomError("normalisation", "{why}", {"key": key, "why": str(error)}) from None
        if problem := why_no_choice(self.tokens, self.layers):
            raise PydanticCustomError("choice", "{why}", {"key": "layers", "why": problem})
        return self

    def spec(self) -> BackboneSpec:
        """Convert to the BackboneSpec of the extractors package."""
        return BackboneSpec(**self.model_dump())


def _backbone(value: Any) -> Any:
    entry = {"name": value} if isinstance(value, str) else value
    if isinstance(entry, dict) and isinstance(entry.get("name"), str):
        return {"weights": source_of(entry["name"]).weights, **entry}
    return entry


Backbones = Annotated[list[Annotated[BackboneEntry, BeforeValidator(_backbone)]], Field(min_length=1)]


class FrozenEntry(BackboneEntry):
    """A frozen backbone; `flip: average`: its features are the mean over an image and its mirror image."""

    flip: Literal["", "average"] = ""  # average: over each image and its mirror image


class ConcatEntry(Strict):
    """The features of several backbones side by side: labels of other entries, or entries of their own."""

    concat: list[Annotated[FrozenEntry, BeforeValidator(_backbone)]] = Field(min_length=2)
    label: str = ""  # in records, tables and figures

    def spec(self, others: Mapping[str, BackboneSpec]) -> ConcatSpec:
        """The spec of its parts, where a bare name that is a label among `others` stands for that entry."""
        own = [entry.spec() for entry in self.concat]
        bare = [
            entry.model_fields_set <= {"name", "weights"} and spec.pretrained
            for entry, spec in zip(self.concat, own, strict=True)
        ]
        parts = (
            others.get(spec.name, spec) if plain else spec for spec, plain in zip(own, bare, strict=True)
        )
        return ConcatSpec(tuple(parts), self.label)


def _kind_of_entry(value: Any) -> str:
    concat = isinstance(value, ConcatEntry) or (isinstance(value, dict) and "concat" in value)
    return "<concat>" if concat else "<network>"  # no keys of a grid file


AnyFrozen = Annotated[
    Annotated[FrozenEntry, Tag("<network>")] | Annotated[ConcatEntry, Tag("<concat>")],
    Discriminator(_kind_of_entry),
    BeforeValidator(_backbone),
]


class FeatureExtraction(Strict):
    """Frozen backbones × classifiers."""

    backbones: list[AnyFrozen] = Field(min_length=1)
    classifiers: list[ClassifierName] = Field(min_length=1)

    def specs(self) -> list[BackboneSpec | ConcatSpec]:
        """The extractors of its entries, in their order."""
        found = [entry.spec() if isinstance(entry, FrozenEntry) else None for entry in self.backbones]
        named = {spec.label: spec for spec in found if spec}
        return [
            entry.spec(named) if isinstance(entry, ConcatEntry) else entry.spec() for entry in self.backbones
        ]


class HandCrafted(Strict):
    """Hand-crafted descriptors × classifiers."""

    descriptors: list[DescriptorName] = Field(min_length=1)
    classifiers: list[ClassifierName] = Field(min_length=1)


def _not_reserved(name: str) -> str:
    if name in _RESERVED:
        raise PydanticCustomError("taken", f"a recipe cannot be called '{name}': choose another name")
    return name


RecipeName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$"), BeforeValidator(_not_reserved)
]


def _trainable(entries: list[BackboneEntry]) -> list[BackboneEntry]:
    for entry in entries:
        if problem := why_fixed(entry.name):
            raise PydanticCustomError(
                "fixed", "{why}; list it under feature_extraction alone", {"why": problem}
            )
    return entries


class FineTuning(Strict):
    """Fine-tuned backbones × recipes.

    `recipe` is the short form for one recipe, whose cells have the classifier `end_to_end`. After reading,
    exactly one of `recipe` and `recipes` is set.
    """

    backbones: Annotated[Backbones, AfterValidator(_trainable)]
    recipe: RecipeEntry | None = None
    recipes: dict[RecipeName, RecipeEntry] | None = Field(default=None, min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        given = [key for key in ("recipe", "recipes") if value.get(key) is not None]
        if len(given) == 2:
            raise PydanticCustomError(
                "two_forms", "give either 'recipe' or 'recipes', not both", {"key": "recipes"}
            )
        return value if given else {**value, "recipe": "default"}

    @property
    def named_recipes(self) -> dict[str, Recipe]:
        """The recipes by name; the name is the classifier of their cells."""
        return self.recipes or ({END_TO_END: self.recipe} if self.recipe else {})
