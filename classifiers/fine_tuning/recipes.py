"""Recipes of fine-tuning: the keys of a grid's `fine_tuning.recipe`, and presets."""

from collections.abc import Iterable
from math import ceil
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from classifiers.names import FOLDS
from extractors.digests import JsonValue
from extractors.validation import Strict, did_you_mean

END_TO_END = "end_to_end"  # the classifier of the cells of a grid with one unnamed recipe
FINE_TUNING_VERSION = 3  # raise it when the same recipe gives different numbers
LORA, BITFIT, NORM = "lora", "bitfit", "norm"  # what trains few parameters: `few_parameters`
ATTENTIVE_PROBE = "attentive_probe"  # what is trained on stored tokens: `attentive_probe`
ADAPT = "adapt"  # the preset for training few parameters

Rate = Annotated[float, Field(gt=0, le=10)]
Fraction = Annotated[float, Field(ge=0, lt=1)]


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _layer_as_text(value: Any) -> Any:
    """Convert `{from: features.denseblock4}` to `from features.denseblock4`."""
    return f"from {value['from']}" if isinstance(value, dict) and list(value) == ["from"] else value


Rates = Annotated[list[Rate], Field(min_length=1), BeforeValidator(_as_list)]
Trainable = Annotated[
    str,
    Field(pattern=rf"^(all|head|{LORA}|{BITFIT}|{NORM}|last_[1-9]\d*_blocks|from \S+)$"),
    BeforeValidator(_layer_as_text),
]


class Head(Strict):
    """The layers on the backbone's features: hidden ones of these widths with ReLU, then one output."""

    MAY_REPEAT: ClassVar[tuple[str, ...]] = ("widths",)
    widths: list[Annotated[int, Field(ge=1)]] = Field(default=[])
    dropout: Fraction = 0.0


class Lora(Strict):
    """The rank of LoRA's changes, and alpha: they are scaled by alpha / rank (Hu et al. 2021, section 4.1).

    The values are those of common use: alpha twice the rank.
    """

    rank: Annotated[int, Field(ge=1, le=1024)] = 8
    alpha: Annotated[float, Field(gt=0, le=10_000)] = 16.0


class Augmentation(Strict):
    """Random changes of training images, different in each epoch; all off by default."""

    flip: Annotated[float, Field(ge=0, le=1)] = 0.0  # probability of a left-right mirror
    flip_vertical: Annotated[float, Field(ge=0, le=1)] = 0.0  # probability of an upside-down mirror
    rotate: Annotated[float, Field(ge=0, le=180)] = 0.0  # up to this many degrees either way
    shift: Fraction = 0.0  # up to this share of the side, either way, along both axes
    zoom: Fraction = 0.0  # scaled by a factor in 1 ± zoom
    brightness: Fraction = 0.0  # up to this share of the full range added or taken away
    contrast: Fraction = 0.0  # distances from the image's mean scaled by a factor in 1 ± contrast
    gamma: Fraction = 0.0  # raised to a power in 1 ± gamma
    border: Literal["black", "reflect"] = "black"  # what shift, rotation and zoom bring into view

    @property
    def moves(self) -> bool:
        """Whether the geometry changes."""
        return bool(self.flip or self.flip_vertical or self.rotate or self.shift or self.zoom)

    @property
    def shades(self) -> bool:
        """Whether grey values change."""
        return bool(self.brightness or self.contrast or self.gamma)


class Stage(Strict):
    """A number of epochs with one optimiser. A stage of a recipe lists only what differs from the recipe.

    Defaults without a source were chosen by hand.
    """

    epochs: Annotated[int, Field(ge=1, le=10_000)] = 15
    min_updates: Annotated[int, Field(ge=0, le=1_000_000)] = 0  # optimiser steps; more epochs where needed
    optimizer: Literal["adamw", "adam", "sgd"] = "adamw"
    learning_rate: Rates = Field(default=[1e-3])  # one, or several to be searched
    backbone_learning_rate: Rate | None = None  # at the first `learning_rate`; None: the same as the head's
    weight_decay: Annotated[float, Field(ge=0)] = 0.05
    schedule: Literal["cosine", "plateau", "constant"] = "cosine"
    warmup_epochs: Annotated[float, Field(ge=0)] = 0.0
    plateau_factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    plateau_patience: Annotated[int, Field(ge=0)] = 3  # epochs without a lower validation loss
    early_stopping_patience: Annotated[int, Field(ge=1)] | None = 5
    trainable: Trainable = "all"  # all | head | last_N_blocks | {from: LAYER} | lora | bitfit | norm
    batch_norm: Literal["auto", "train", "eval"] = "auto"  # auto: eval for small N and small batches

    def of_epochs(self, epochs: int) -> "Stage":
        """The stage with another number of epochs, of which its warm-up keeps the share."""
        return self.model_copy(
            update={"epochs": epochs, "warmup_epochs": self.warmup_epochs * epochs / self.epochs}
        )

    def of_rate(self, rate: float) -> "Stage":
        """The stage with one of its learning rates; the backbone's keeps its ratio to the first of them."""
        backbone = self.backbone_learning_rate
        scaled = backbone and backbone * rate / self.learning_rate[0]
        return self.model_copy(update={"learning_rate": [rate], "backbone_learning_rate": scaled})


class Recipe(Stage):
    """A whole recipe: the keys that all stages share, and the stages when there are several."""

    resolution: Annotated[int, Field(ge=16)] | None = None  # side in pixels to which images are averaged down
    batch_size: Annotated[int, Field(ge=1, le=65_536)] = 32
    loss: Literal["bce", "class_weighted_bce"] = "bce"
    label_smoothing: Fraction = 0.0
    views: Literal["image", "study"] = "image"
    head: Head = Head()
    lora: Lora = Lora()  # for `trainable: lora`
    augmentation: Augmentation = Augmentation()
    ema: Fraction = 0.0  # decay per step of the averaged weights, which are validated and kept; 0: none
    folds: Annotated[int, Field(ge=2, le=20)] = FOLDS  # by patient, for fewer images than `folds_below`
    folds_below: Annotated[int, Field(ge=0)] = (
        1_000  # images; from there on one validation part. Chosen by hand
    )
    validation_share: Annotated[float, Field(ge=0.05, le=0.5)] = 0.2  # of the N images, by patient
    select: Literal["loss", "auroc"] = "loss"  # the epoch with the best of this on the validation part
    stages: list[Stage] = Field(default=[])

    @model_validator(mode="after")
    def _one_search(self) -> "Recipe":
        if sum(len(stage.learning_rate) > 1 for stage in self.each_stage()) > 1:
            raise PydanticCustomError("lists", "only one stage may have several learning rates to search")
        return self

    @model_validator(mode="after")
    def _no_ignored_keys(self) -> "Recipe":
        ignored = {name for name in self.model_fields_set if self.stages and self._in_each_stage(name)}
        if ignored:
            raise PydanticCustomError(
                "ignored_key",
                f"every stage has its own {sorted(ignored)[0]}: remove it here, or change it in the stages",
            )
        return self

    def _in_each_stage(self, name: str) -> bool:
        return all(name in stage.model_fields_set for stage in self.stages)

    def each_stage(self) -> list[Stage]:
        """The stages in order, complete: a key that a stage leaves out is the recipe's."""
        common = {name: getattr(self, name) for name in Stage.model_fields}
        given = [{name: getattr(stage, name) for name in stage.model_fields_set} for stage in self.stages]
        return [Stage.model_construct(**common | changes) for changes in given or [{}]]

    def uses_folds(self, images: int) -> bool:
        """Whether N images are divided into folds, and the network is then refitted on all of them.

        A plateau schedule follows the validation loss of its own training, which a refit does not have.
        """
        plateau = any(stage.schedule == "plateau" for stage in self.each_stage())
        return images < self.folds_below and not plateau

    def rates(self) -> list[float]:
        """The learning rates to search: those of the one stage that has several."""
        stages = self.each_stage()
        return next((s.learning_rate for s in stages if len(s.learning_rate) > 1), stages[-1].learning_rate)

    @property
    def uses_lora(self) -> bool:
        """Whether a stage trains low-rank changes."""
        return any(stage.trainable == LORA for stage in self.each_stage())

    @property
    def reads_tokens(self) -> bool:
        """Whether a probe on the tokens of a frozen network is trained, instead of a network on pixels."""
        return self.trainable == ATTENTIVE_PROBE

    def of_tokens(self) -> "Recipe":
        """The recipe for the attentive probe: tokens are computed once, of whole images as they are."""
        changes = {"trainable": ATTENTIVE_PROBE, "augmentation": Augmentation(), "resolution": None}
        return self.model_copy(update=changes)

    def with_rate(self, rate: float) -> "Recipe":
        """The recipe with the searched list replaced by one of its rates; its stages are complete."""
        return self.with_stages(
            stage.of_rate(rate) if len(stage.learning_rate) > 1 else stage for stage in self.each_stage()
        )

    def with_stages(self, stages: Iterable[Stage]) -> "Recipe":
        """The recipe with these complete stages."""
        return self.model_copy(update={"stages": list(stages)})

    def updates_per_epoch(self, images: int) -> int:
        """The number of batches that this many training images make."""
        return ceil(images / self.batch_size)

    def stretched(self, images: int) -> "Recipe":
        """The recipe with as many epochs per stage as `min_updates` needs with this many training images."""
        return self.with_stages(stage.of_epochs(self._epochs(stage, images)) for stage in self.each_stage())

    def _epochs(self, stage: Stage, images: int) -> int:
        return max(stage.epochs, ceil(stage.min_updates / self.updates_per_epoch(images)))

    def most_epochs(self, images: int) -> int:
        """The epochs of all learning rates and folds on N images, and of the refit; none stops early."""
        share = 1 / self.folds if self.uses_folds(images) else self.validation_share
        trained_on = images - round(images * share)
        once, rates = sum(self._epochs(stage, trained_on) for stage in self.each_stage()), len(self.rates())
        return once * (rates * self.folds + 1 if self.uses_folds(images) else rates)

    def asked(self) -> dict[str, JsonValue]:
        """The settings without defaults: part of a cell's id."""
        content = self.model_dump(exclude_defaults=True, exclude={"stages", *Stage.model_fields}, mode="json")
        stages = [stage.model_dump(exclude_defaults=True, mode="json") for stage in self.each_stage()]
        return {**content, "stages": stages}


# Small changes that do not change the label: mirroring (left and right limbs), slight rotation, shift and
# scale (positioning), and grey values (exposure). Chosen by hand.
_GENTLE = {
    "flip": 0.5,
    "rotate": 10,
    "shift": 0.05,
    "zoom": 0.1,
    "brightness": 0.1,
    "contrast": 0.2,
    "gamma": 0.2,
}

PRESETS: dict[str, dict[str, Any]] = {
    # The rates and the minimum of updates by measurement (docs/recipes.md), the others chosen by hand. The
    # new head has a higher rate than the pretrained layers (discriminative fine-tuning, Howard and Ruder
    # 2018). Warm-up protects those layers from the first gradients of the untrained head. The average of the
    # weights (an exponential form of Polyak and Juditsky 1992) covers about ten steps, since 100 images are
    # only three batches per epoch.
    "default": {
        "learning_rate": [1e-3, 3e-4, 3e-3],
        "backbone_learning_rate": 3e-4,
        "min_updates": 500,
        "warmup_epochs": 1,
        "ema": 0.9,
        "augmentation": _GENTLE,
    },
    # For few parameters: as the default, but backbone and head have the same rate, and the rates are higher,
    # as few parameters on a frozen network need (Hu et al. 2021, table 11; Ben Zaken et al. 2022). By hand.
    ADAPT: {
        "learning_rate": [3e-3, 1e-3, 1e-2],
        "min_updates": 500,
        "warmup_epochs": 1,
        "ema": 0.9,
        "batch_norm": "eval",
        "augmentation": _GENTLE,
    },
    # Linear probing, then fine-tuning at a lower rate (Kumar et al. 2022). Values chosen by hand.
    "probe_then_tune": {
        "augmentation": _GENTLE,
        "stages": [
            {"trainable": "head", "epochs": 10, "learning_rate": 3e-3},
            {"trainable": "all", "learning_rate": 1e-4, "warmup_epochs": 1, "min_updates": 500},
        ],
    },
}


def _from_preset(value: Any) -> Any:
    """Expand `default`, or keys with an optional `preset` that they modify."""
    if isinstance(value, str):
        value = {"preset": value}
    if not isinstance(value, dict) or "preset" not in value:
        return value
    name = value["preset"]
    if name not in tuple(PRESETS):
        raise PydanticCustomError(
            "not_allowed", f"there is no preset '{name}'{did_you_mean(str(name), tuple(PRESETS))}"
        )
    return PRESETS[name] | {key: item for key, item in value.items() if key != "preset"}


RecipeEntry = Annotated[Recipe, BeforeValidator(_from_preset)]
