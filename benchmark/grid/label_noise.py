"""The key `noise` of a grid: cells whose training labels are wrong for a share of the patients."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from benchmark.datasets.label_noise import noise_name
from extractors.validation import Strict

_Share = Annotated[float, Field(ge=0, lt=0.5)]  # at a half, labels would say nothing


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


class LabelNoise(Strict):
    """Shares of patients whose training labels are flipped; 0 are the ordinary cells, always there."""

    share: Annotated[tuple[_Share, ...], BeforeValidator(_as_list), Field(min_length=1, max_length=20)]

    @field_validator("share")
    @classmethod
    def _rising(cls, share: tuple[float, ...]) -> tuple[float, ...]:
        if list(share) != sorted(set(share)):
            raise PydanticCustomError("rising", "each share must be above the one before, such as [0.1, 0.2]")
        if len({noise_name(one) for one in share}) < len(share):
            raise PydanticCustomError(
                "alike", "two shares are alike in their first six digits, which name their cells: give one"
            )
        return share
