"""The schema of the grid file. Each mistake is reported with file, line and key."""

import re
from collections import Counter
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from benchmark.datasets.kinds import DATASET_KINDS, AnyDataset
from benchmark.datasets.names import BY_IMAGE, EVERY_PART
from benchmark.errors import UserError
from benchmark.grid.external import Corruptions, Externals
from benchmark.grid.label_noise import LabelNoise
from benchmark.grid.primary_metric import MetricName, primary_of
from benchmark.grid.shipped import grid_path, refuse_unknown
from benchmark.grid.strategies import methods_in, sections
from benchmark.grid.strategy import Method
from benchmark.grid.subgroups import Subgroups
from benchmark.grid.yaml_lines import YamlDocument, read_yaml
from classifiers.catalogue import CLASSIFIERS
from classifiers.fine_tuning.recipes import END_TO_END
from extractors.validation import Strict, did_you_mean, one_of
from results.label_tasks import BINARY
from results.names import CONTROL_NAMES
from results.text import visible

Percent = Annotated[float, Field(ge=0, le=100)]
TrainSize = Annotated[int, Field(ge=4)] | Literal["full"]
_OTHER_FILES = ("mlflow.db", "mlartifacts", "mlruns")  # of a workspace
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10))}
)
_MOST_LINES = 10  # mistakes that are said at once
_LONGEST_MESSAGE = 2_000  # characters: the names of all backbones of a library, say
MOST_CELLS = 100_000  # without controls: as many take a minute to plan and, at a second each, a day to run
ControlName = Annotated[str, one_of(CONTROL_NAMES, "control")]


def _known_strategy(name: str) -> str:
    if name not in sections():
        raise PydanticCustomError(
            "not_allowed", f"'{name}' is not known{did_you_mean(name, tuple(sections()))}"
        )
    return name


def _not_taken(name: str) -> str:
    """A name for the grid's folder in a workspace: no other file there, and no device of Windows."""
    if name.lower().startswith(_OTHER_FILES) or name.lower().partition(".")[0] in _DEVICES:
        raise PydanticCustomError("taken", f"'{name}' is the name of another file or device: choose another")
    return name


GridName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100), AfterValidator(_not_taken)
]


class ImageSettings(Strict):
    """How every image becomes a square: its side in pixels, whether to pad, crop or stretch, its grey values.

    `window` are the percentiles of each image's own values that become black and white, in every image alike.
    Without it, images of 8 bits keep their values, and deeper ones get `percentiles.DEEP_WINDOW`.
    """

    size: int = Field(default=224, ge=16, le=2048)  # side in pixels
    fit: Literal["pad", "crop", "stretch"] = "pad"  # how it becomes a square
    window: tuple[Percent, Percent] | None = None  # percentiles that become black and white

    @field_validator("window")
    @classmethod
    def _rising(cls, window: tuple[float, float] | None) -> tuple[float, float] | None:
        if window is not None and not window[0] < window[1]:
            raise PydanticCustomError(
                "window", "the first percentile must be below the second, such as [1, 99]"
            )
        return window

    def given(self) -> dict[str, Any]:
        """The settings as JSON values; `window` only where it is set, so that older records stay valid."""
        return self.model_dump(mode="json", exclude_none=True)


class FullSize(Strict):
    """The training size `full` as a share of the patients, which each seed draws anew without replacement."""

    resample: Literal["patients"]
    share: float = Field(default=0.9, gt=0, lt=1)  # of the training patients


class Exclusion(Strict):
    """Cells to leave out: those that match every given key."""

    strategy: Annotated[str, AfterValidator(_known_strategy)] | None = None
    backbone: str | None = None
    classifier: str | None = None  # checked by Grid, which knows its recipes
    body_part: str | None = None
    train_size: TrainSize | None = None
    seed: int | None = None
    control: ControlName | None = None


class Evaluation(Strict):
    """The primary metric, its unit, how its interval is computed, and the smallest difference that matters.

    `margin` is in the metric's own unit. Its default, 0.02, is about the difference between two usual recipes
    of one method: a smaller one between the methods would not outlive another choice of recipe.
    """

    unit: Literal["study", "image"] = "study"  # what is judged; a study by the mean of its images
    primary: MetricName = "auroc"  # the metric that decides
    confidence: float = Field(default=0.95, gt=0, lt=1)  # of intervals; 1 minus it is the level of verdicts
    resamples: int = Field(default=2000, ge=100, le=100_000)  # of the test patients
    margin: float = Field(default=0.02, gt=0, lt=1)  # the smallest difference that matters
    subgroups: Subgroups = Field(default=[])  # columns of the manifest, a table of scores for each

    @property
    def by_study(self) -> bool:
        """Whether the reported unit is the study, whose probability is the mean of its images'."""
        return self.unit == "study"

    @property
    def level(self) -> float:
        """The familywise significance level of every verdict."""
        return round(1 - self.confidence, 12)


class _Base(Strict):
    """The keys of a grid that do not depend on the registered strategies."""

    name: GridName  # the MLflow experiment, and the folder in the workspace
    dataset: AnyDataset  # the images, and how they are split
    body_parts: list[str] = Field(default=[EVERY_PART], min_length=1)  # `all` is every image
    train_sizes: list[TrainSize] = Field(default=["full"], min_length=1)  # images; `full`: all that there are
    full: FullSize | None = None
    seeds: list[Annotated[int, Field(ge=0)]] = Field(default=[0], min_length=1)  # of training subsets
    image: ImageSettings = ImageSettings()


if TYPE_CHECKING:
    _Sections = _Base
else:  # one optional key per registered strategy
    _Sections = create_model(
        "_Sections",
        __base__=_Base,
        **{name: (section | None, None) for name, section in sections().items()},
    )


class Grid(_Sections):
    """A whole grid file; each strategy's section is an attribute by the strategy's name, None when absent."""

    controls: list[ControlName] = Field(default=[])  # cells that show what the numbers are worth
    noise: LabelNoise | None = None  # cells with wrong training labels
    exclude: list[Exclusion] = Field(default=[])
    evaluation: Evaluation = Field(default=Evaluation(), validate_default=True)
    keep_models: Literal["none", "chosen", "all"] = "none"  # which cells keep their fitted model
    external: Externals = Field(default=[])  # test sets of other hospitals
    corruptions: Corruptions | None = None  # a ladder of corrupted copies of the test set

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """A strategy's section."""

    @field_validator("full")
    @classmethod
    def _patients_to_draw(cls, full: FullSize | None, info: ValidationInfo) -> FullSize | None:
        """Check that the size `full` is asked for, and that its patients are on one side of the split."""
        if full and "full" not in info.data.get("train_sizes", ["full"]):
            raise PydanticCustomError(
                "unused", "train_sizes does not list full: add it there, or leave this key out"
            )
        if full and "dataset" in info.data and info.data["dataset"].protocol == BY_IMAGE:
            raise PydanticCustomError(
                "no_patients",
                "protocol image divides patients, so that none can be drawn whole: use protocol official or "
                "patient, or leave this key out",
            )
        return full

    @field_validator("evaluation")
    @classmethod
    def _metric_of_the_task(cls, evaluation: Evaluation, info: ValidationInfo) -> Evaluation:
        """The primary metric is one of the labels' task, by default the task's own."""
        task = info.data["dataset"].label_task if "dataset" in info.data else BINARY
        given = "primary" in evaluation.model_fields_set
        primary = primary_of(task, evaluation.primary, given=given)
        return (
            evaluation
            if primary == evaluation.primary
            else evaluation.model_copy(update={"primary": primary})
        )

    @field_validator("exclude")
    @classmethod
    def _known_classifiers(cls, exclusions: list[Exclusion], info: ValidationInfo) -> list[Exclusion]:
        """Check that the classifiers of exclusions are recipes of this grid or registered."""
        if not sections().keys() <= info.data.keys():  # a section with a mistake: its recipes are not known
            return exclusions
        own = [name for method in methods_in(info.data) for name in method.classifiers]
        allowed = tuple(dict.fromkeys([*CLASSIFIERS, END_TO_END, *own]))
        wrong = [
            InitErrorDetails(
                type=PydanticCustomError(
                    "not_allowed", f"there is no classifier '{name}'{did_you_mean(name, allowed)}"
                ),
                loc=(index, "classifier"),
                input=name,
            )
            for index, exclusion in enumerate(exclusions)
            if (name := exclusion.classifier) is not None and name not in allowed
        ]
        if wrong:
            raise ValidationError.from_exception_data(cls.__name__, wrong)
        return exclusions

    @model_validator(mode="after")
    def _something_to_do(self) -> Self:
        if not self.methods():
            *others, last = sections()
            raise PydanticCustomError("empty", f"nothing to compare: add {', '.join(others)} or {last}")
        return self

    @model_validator(mode="after")
    def _recipes_told_apart(self) -> Self:
        """Check that no recipe of fine-tuning has the name of a method of adaptation."""
        if self.adaptation and self.fine_tuning:
            for name in self.fine_tuning.named_recipes.keys() & self.adaptation.named_recipes.keys():
                raise PydanticCustomError(
                    "taken",
                    f"'{name}' is a method of adaptation too: give the recipe of fine-tuning another name",
                )
        return self

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        """Check the number of cells before any is made; exclusions and controls are not counted."""
        axes = {name: len(getattr(self, name)) for name in ("body_parts", "train_sizes", "seeds")}
        by_section = Counter[str]()
        for method in self.methods():
            by_section[method.strategy] += len(method.classifiers)
        cells = prod(axes.values()) * by_section.total()
        if cells > MOST_CELLS:
            axis, values = Counter(axes | by_section).most_common(1)[0]
            what = "methods" if axis in by_section else "values"
            raise PydanticCustomError(
                "too_many",
                f"the grid has {cells:,} cells, and no more than {MOST_CELLS:,} can be planned; here are "
                f"{values:,} {what}: list fewer, or divide the grid",
                {"key": axis},
            )
        return self

    def patient_share(self, train_size: int | str) -> float | None:
        """The share of the training patients that each seed draws at this size; None for all other sizes."""
        return self.full.share if self.full and train_size == "full" else None

    def methods(self) -> list[Method]:
        """The methods of all sections, without those of the controls."""
        return methods_in({name: getattr(self, name) for name in sections()})


def read_grid(path: Path | str) -> Grid:
    """Read a grid file, or the shipped grid of a name: `read_grid("quickstart")`.

    Raises UserError with one line `file:line: key: problem` per mistake.
    """
    path = grid_path(path)
    refuse_unknown(path)
    document = read_yaml(path)
    try:
        return Grid.model_validate(document.content, context=path.resolve().parent)
    except ValidationError as error:
        details = error.errors()
        lines = [_explain(document, detail) for detail in details[:_MOST_LINES]]
        if len(details) > _MOST_LINES:
            lines.append(f"{document.path}: and {len(details) - _MOST_LINES:,} more mistakes")
        raise UserError("\n".join(lines)) from None


def _explain(document: YamlDocument, error: ErrorDetails) -> str:
    steps, context, kinds = list(error["loc"]), error.get("ctx", {}), tuple(DATASET_KINDS)
    if steps[:1] == ["dataset"] and len(steps) > 1 and steps[1] in kinds:
        del steps[1]  # pydantic inserts the name of the union's member, which is not a key of the file
    if "key" in context:  # the mistake is this key of the mapping at `loc`
        steps.append(str(context["key"]))
    line, known = document.line_of(steps)
    message, value = error["msg"], error["input"]
    if error["type"] == "union_tag_not_found":
        message = f"the data set needs a kind; allowed: {', '.join(kinds)}"
    elif error["type"] == "union_tag_invalid":
        message = f"there is no data set kind '{context['tag']}'"
        message += did_you_mean(context["tag"], kinds)
    elif error["type"] == "literal_error" and isinstance(value, str):
        allowed = tuple(re.findall(r"'([^']*)'", str(context["expected"])))
        message = f"'{value}' is not known{did_you_mean(value, allowed)}"
    elif error["type"] == "missing":
        known, message = [*known, str(steps[-1])], "this key is needed"
    elif isinstance(value, (str, int, float, bool)) and str(value) not in message:
        message = f"{message}, not {value!r}"
    key = ".".join(str(step) for step in known) or "the grid"
    return f"{document.path}:{line}: {_short(key)}: {_short(message)}"


def _short(text: str) -> str:
    """Text of one line, without its middle where a value fills pages."""
    text = visible(text)
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:200]} … {text[200 - _LONGEST_MESSAGE :]}"
