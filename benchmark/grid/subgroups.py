"""The key `subgroups` of a grid's evaluation: columns of the manifest by which the test set is divided."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from extractors.validation import Strict


class Subgroup(Strict):
    """A column whose values are groups or, with `bounds`, whose numbers are cut at these."""

    column: str = Field(min_length=1, max_length=100)
    bounds: tuple[float, ...] = Field(default=(), max_length=20)

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


def _from_name(value: Any) -> Any:
    return value if isinstance(value, Mapping | Subgroup) else {"column": value}


Subgroups = list[Annotated[Subgroup, BeforeValidator(_from_name)]]
