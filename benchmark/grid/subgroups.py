"""The key `subgroups` of a grid's evaluation: columns of the manifest by which the test set is divided."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from extractors.validation import Strict


class Subgroup(Strict):
    """A column whose values are groups or, with `bounds`, whose numbers are cut at these.

    `tertiles` cuts the numbers at the tertiles of the training patients: no test patient decides a bound.
    """

    column: str = Field(min_length=1, max_length=100)
    bounds: tuple[float, ...] = Field(default=(), max_length=20)
    tertiles: bool = False

    @property
    def name(self) -> str:
        """The column, for messages."""
        return self.column

    @field_validator("bounds")
    @classmethod
    def _rising(cls, bounds: tuple[float, ...]) -> tuple[float, ...]:
        if list(bounds) != sorted(set(bounds)):
            raise PydanticCustomError("bounds", "each bound must be above the one before, such as [18, 65]")
        return bounds

    @model_validator(mode="after")
    def _one_way_to_cut(self) -> Self:
        if self.tertiles and self.bounds:
            raise PydanticCustomError(
                "two_cuts",
                f"'{self.column}' is cut at bounds or at tertiles: give one of both",
                {"key": "tertiles"},
            )
        return self


def _from_name(value: Any) -> Any:
    return value if isinstance(value, Mapping | Subgroup) else {"column": value}


Subgroups = list[Annotated[Subgroup, BeforeValidator(_from_name)]]
