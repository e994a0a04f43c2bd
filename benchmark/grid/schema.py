"""The grid file: what is to be compared. Every mistake in it is said with its file, line and key."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from benchmark.datasets.names import PROTOCOLS
from benchmark.errors import UserError
from benchmark.grid.yaml_lines import YamlDocument, read_yaml
from classifiers.catalogue import CLASSIFIERS
from classifiers.fine_tuning.recipes import DEFAULT_RECIPE, END_TO_END, RecipeEntry
from extractors.descriptors import descriptors
from extractors.sources import RANDOM, named_weights, source_of
from extractors.validation import Strict, did_you_mean, one_of
from results.metrics import METRICS
from results.names import CONTROL_NAMES

TrainSize = Annotated[int, Field(ge=4)] | Literal["full"]
Strategy = Literal["feature_extraction", "hand_crafted", "fine_tuning"]


ClassifierName = Annotated[str, one_of(tuple(CLASSIFIERS), "classifier")]
AnyClassifierName = Annotated[str, one_of((*CLASSIFIERS, END_TO_END), "classifier")]
DescriptorName = Annotated[str, one_of(descriptors, "descriptor")]
MetricName = Annotated[str, one_of(tuple(METRICS), "metric")]
ControlName = Annotated[str, one_of(CONTROL_NAMES, "control")]
ProtocolName = Annotated[str, one_of(PROTOCOLS, "protocol")]


def _resolve_path(text: str, folder: Path | None) -> Path:
    """`${NAME}` and `${NAME:-default}` filled in; relative paths stand relative to the grid file."""

    def fill(match: re.Match[str]) -> str:
        name, default = match["name"], match["default"]
        value = os.environ.get(name) or default
        if value is None:
            raise PydanticCustomError(
                "unset", f"the environment variable {name} is not set; set it, or write ${{{name}:-default}}"
            )
        return value

    filled = re.sub(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}", fill, text)
    return ((folder or Path()) / Path(filled).expanduser()).resolve()


def _path_from_grid(value: Any, info: ValidationInfo) -> Any:
    return _resolve_path(value, info.context) if isinstance(value, str) else value


GridPath = Annotated[Path, BeforeValidator(_path_from_grid)]


class FileDataset(Strict):
    """Images that lie on disk: MURA's own tree, or any data set behind a CSV manifest."""

    kind: Literal["mura", "manifest"]
    root: GridPath  # MURA's folder; the manifest's CSV, or the folder that holds manifest.csv
    protocol: ProtocolName = "official"


class PhantomDataset(Strict):
    """Images that the project draws itself, into the cache."""

    kind: Literal["phantom"]
    patients: int = Field(default=300, ge=10, le=1_000_000)
    difficulty: float = Field(default=0.5, ge=0, le=1)
    seed: int = Field(default=0, ge=0)
    long_side: int = Field(default=256, ge=32, le=2048)
    protocol: ProtocolName = "official"


class ImageSettings(Strict):
    """How every image becomes a square: side in pixels, and what happens to the other shape."""

    size: int = Field(default=224, ge=16, le=2048)
    fit: Literal["pad", "crop", "stretch"] = "pad"


class BackboneEntry(Strict):
    """A backbone as the grid names it; a bare name stands for its source's own pretrained weights."""

    name: str
    weights: str = "imagenet"
    model_args: dict[str, Any] = Field(default_factory=dict)
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    label: str = ""

    @field_validator("weights")
    @classmethod
    def _weights_file(cls, value: str, info: ValidationInfo) -> str:
        own = source_of(info.data.get("name", "")).weights
        if value in (own, RANDOM):
            return value
        if value in named_weights():
            raise PydanticCustomError(
                "other_weights",
                f"'{info.data.get('name')}' has no weights '{value}'; allowed: {own}, random, or a file",
            )
        path = _resolve_path(value, info.context)
        if not path.is_file():
            raise PydanticCustomError(
                "no_file", f"there is no weights file {path}; allowed: {own}, random, or an existing file"
            )
        return str(path)


def _backbone(value: Any) -> Any:
    entry = {"name": value} if isinstance(value, str) else value
    if isinstance(entry, dict) and isinstance(entry.get("name"), str):
        return {"weights": source_of(entry["name"]).weights, **entry}
    return entry


class FeatureExtraction(Strict):
    """Frozen backbones × classifiers."""

    backbones: list[Annotated[BackboneEntry, BeforeValidator(_backbone)]] = Field(min_length=1)
    classifiers: list[ClassifierName] = Field(min_length=1)


class HandCrafted(Strict):
    """Hand-crafted descriptors × classifiers."""

    descriptors: list[DescriptorName] = Field(min_length=1)
    classifiers: list[ClassifierName] = Field(min_length=1)


class FineTuning(Strict):
    """Backbones trained end to end, by one recipe."""

    backbones: list[Annotated[BackboneEntry, BeforeValidator(_backbone)]] = Field(min_length=1)
    recipe: RecipeEntry = DEFAULT_RECIPE


class Exclusion(Strict):
    """Cells to leave out: those that agree with every key given."""

    strategy: Strategy | None = None
    backbone: str | None = None
    classifier: AnyClassifierName | None = None
    body_part: str | None = None
    train_size: TrainSize | None = None
    seed: int | None = None
    control: ControlName | None = None


class Evaluation(Strict):
    """Which number is the primary one, and how its interval is made."""

    unit: Literal["study", "image"] = "study"
    primary: MetricName = "auroc"
    confidence: float = Field(default=0.95, gt=0, lt=1)
    resamples: int = Field(default=2000, ge=100, le=100_000)

    @property
    def level(self) -> float:
        """The familywise level of significance of every verdict."""
        return round(1 - self.confidence, 12)


class Grid(Strict):
    """A whole grid file."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    dataset: FileDataset | PhantomDataset = Field(discriminator="kind")
    body_parts: list[str] = Field(default=["all"], min_length=1)
    train_sizes: list[TrainSize] = Field(default=["full"], min_length=1)
    seeds: list[Annotated[int, Field(ge=0)]] = Field(default=[0], min_length=1)
    image: ImageSettings = ImageSettings()
    feature_extraction: FeatureExtraction | None = None
    hand_crafted: HandCrafted | None = None
    fine_tuning: FineTuning | None = None
    controls: list[ControlName] = Field(default=[])
    exclude: list[Exclusion] = Field(default=[])
    evaluation: Evaluation = Evaluation()

    @model_validator(mode="after")
    def _something_to_do(self) -> Self:
        if not (self.feature_extraction or self.hand_crafted or self.fine_tuning):
            raise PydanticCustomError(
                "empty", "nothing to compare: add feature_extraction, hand_crafted or fine_tuning"
            )
        return self


def read_grid(path: Path) -> Grid:
    """Read a grid file. Raises UserError: one line `file:line: key: what` for each mistake."""
    document = read_yaml(path)
    try:
        return Grid.model_validate(document.content, context=path.resolve().parent)
    except ValidationError as error:
        raise UserError("\n".join(_explain(document, detail) for detail in error.errors())) from None


def _explain(document: YamlDocument, error: ErrorDetails) -> str:
    steps = [step for step in error["loc"] if step not in ("mura", "manifest", "phantom")]
    context = error.get("ctx", {})
    if error["type"] == "unknown_key":
        steps.append(str(context["key"]))
    line, known = document.line_of(steps)
    message, value = error["msg"], error["input"]
    if error["type"] == "union_tag_not_found":
        message = "the data set needs a kind; allowed: mura, manifest, phantom"
    elif error["type"] == "union_tag_invalid":
        message = f"there is no data set kind '{context['tag']}'"
        message += did_you_mean(context["tag"], ("mura", "manifest", "phantom"))
    elif error["type"] == "literal_error" and isinstance(value, str):
        allowed = tuple(re.findall(r"'([^']*)'", str(context["expected"])))
        message = f"'{value}' is not known{did_you_mean(value, allowed)}"
    elif error["type"] == "missing":
        known, message = [*known, str(steps[-1])], "this key is needed"
    elif isinstance(value, (str, int, float, bool)) and str(value) not in message:
        message = f"{message}, not {value!r}"
    key = ".".join(str(step) for step in known) or "the grid"
    return f"{document.path}:{line}: {key}: {message}"
