"""Strict pydantic models: unknown keys are errors, and messages list the allowed values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError


class Strict(BaseModel):
    """A part of the grid file: frozen; unknown keys and repeated list items are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    MAY_REPEAT: ClassVar[tuple[str, ...]] = ()  # fields whose lists may hold a value twice

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, value: Any) -> Any:
        allowed = tuple(cls.model_fields)
        for key in value if isinstance(value, Mapping) else ():
            if key not in allowed:
                raise PydanticCustomError(
                    "unknown_key", f"unknown key{did_you_mean(key, allowed)}", {"key": str(key)}
                )
            if _has_boolean(value[key]) and not _may_be_boolean(cls.model_fields[key].annotation):
                raise PydanticCustomError(
                    "boolean", "true and false have no meaning here; put a text in quotes", {"key": str(key)}
                )
        return value

    @field_validator("*")
    @classmethod
    def _no_repeats(cls, value: Any, info: ValidationInfo) -> Any:
        numbers = isinstance(value, tuple) and all(isinstance(v, float) for v in value)
        if isinstance(value, (list, tuple)) and not numbers and info.field_name not in cls.MAY_REPEAT:
            plain = all(isinstance(item, (str, int)) for item in value)
            if not plain or len(set(value)) < len(value):  # comparing each pair is slow for 10,000 seeds
                for i, item in enumerate(value):
                    if item in value[:i]:
                        name = getattr(item, "name", item)
                        raise PydanticCustomError("repeated", f"'{name}' is listed twice")
        return value


def _has_boolean(value: object) -> bool:
    """Whether this is true or false, or a list with one: pydantic would take them for the numbers 1 and 0."""
    return any(isinstance(item, bool) for item in (value if isinstance(value, (list, tuple)) else (value,)))


def _may_be_boolean(annotation: object) -> bool:
    return any(name in str(annotation) for name in ("bool", "Any"))


def one_of(allowed: Sequence[str] | Callable[[], Iterable[str]], noun: str) -> BeforeValidator:
    """A validator that accepts only the allowed values; its error names the nearest one.

    `allowed` may be a function, which is called at each check, so that registries are read late.
    """

    def check(value: object) -> object:
        names = tuple(allowed() if callable(allowed) else allowed)
        if value not in names:
            raise PydanticCustomError(
                "not_allowed", f"there is no {noun} '{value}'{did_you_mean(value, names)}"
            )
        return value

    return BeforeValidator(check)


def did_you_mean(value: object, allowed: Sequence[str]) -> str:
    """`; did you mean 'x'?; allowed: x, y` for a value that is not among the allowed ones."""
    near = get_close_matches(str(value), allowed, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"{hint}; allowed: {', '.join(allowed)}"
