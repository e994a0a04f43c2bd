"""The section `adaptation` of a grid file: a few parameters are trained, of a network or on its tokens."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from benchmark.grid.sections import Backbones
from classifiers.fine_tuning.recipes import (
    ADAPT,
    ATTENTIVE_PROBE,
    BITFIT,
    LORA,
    NORM,
    Lora,
    Recipe,
    RecipeEntry,
)
from extractors.validation import Strict, did_you_mean

_LAST = "last_N"
_NAMED = (LORA, BITFIT, NORM, ATTENTIVE_PROBE)
_METHODS = (*_NAMED, _LAST)
_ELSEWHERE = {  # keys that the recipe of another section may have
    "trainable": "the methods say what is trained: leave this key out",
    "stages": "the methods say what is trained: leave this key out",
    "lora": "give it beside 'recipe', not in it",
}


def _method(name: Any) -> Any:
    if not isinstance(name, str) or name in _NAMED or re.fullmatch(r"last_[1-9]\d*", name):
        return name
    if re.fullmatch(r"last_\d*", name):
        raise PydanticCustomError("no_blocks", f"'{name}': {_LAST} trains the last N blocks, N from 1 on")
    raise PydanticCustomError("not_allowed", f"there is no method '{name}'{did_you_mean(name, _METHODS)}")


def _recipe(value: Any) -> Any:
    """Keep batch norm as it was pretrained, unless the recipe says otherwise."""
    value = {"preset": value} if isinstance(value, str) else value
    if not isinstance(value, dict):
        return value
    for key, why in _ELSEWHERE.items():
        if key in value:
            raise PydanticCustomError("elsewhere", why, {"key": key})
    return {"batch_norm": "eval", **value}


MethodName = Annotated[str, BeforeValidator(_method)]


class Adaptation(Strict):
    """Backbones × methods, with one recipe: `lora`, `bitfit`, `norm`, `attentive_probe`, `last_1`, ...

    The attentive probe takes of the recipe what does not change images (`Recipe.of_tokens`).
    """

    backbones: Backbones
    methods: list[MethodName] = Field(min_length=1)
    recipe: Annotated[RecipeEntry, BeforeValidator(_recipe)] = Field(default=ADAPT, validate_default=True)
    lora: Lora = Lora()

    @field_validator("recipe")
    @classmethod
    def _one_stage(cls, recipe: Recipe) -> Recipe:
        """Refuse a preset whose stages say what is trained: they would train all weights under any name."""
        if recipe.stages:
            raise PydanticCustomError(
                "stages", f"the methods say what is trained: take a recipe without stages, such as {ADAPT}"
            )
        return recipe

    @property
    def named_recipes(self) -> dict[str, Recipe]:
        """The recipe of each method; the method is the classifier of its cells."""
        return {name: self._of(name) for name in self.methods}

    def _of(self, method: str) -> Recipe:
        if method == ATTENTIVE_PROBE:
            return self.recipe.of_tokens()
        trained: dict[str, Any] = {"trainable": f"{method}_blocks" if method.startswith("last_") else method}
        return self.recipe.model_copy(update=trained | ({"lora": self.lora} if method == LORA else {}))
