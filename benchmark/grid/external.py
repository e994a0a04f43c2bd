"""The keys `external` and `corruptions` of a grid: further test sets, which choose nothing."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from benchmark.datasets.kinds import DATASET_KINDS, PhantomDataset
from benchmark.datasets.paths import GridPath
from extractors.corruptions import CORRUPTIONS
from extractors.validation import Strict, one_of

SetName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=60)]
Strength = Literal[1, 2, 3, 4, 5]


_OF_HOME = {"protocol", "site", "columns"}  # keys that divide or describe the grid's own data set alone


def _of_kind(value: Any) -> Any:
    """The keys of a phantom, whose kind need not be repeated."""
    return {"kind": "phantom", **value} if isinstance(value, Mapping) else value


OwnPhantom = Annotated[PhantomDataset, BeforeValidator(_of_kind)]


def _with_root() -> list[str]:
    """The kinds of data sets that lie in a file or folder."""
    return [name for name, kind in DATASET_KINDS.items() if "root" in kind.model.model_fields]


class External(Strict):
    """A test set of another hospital.

    `body_parts` are the parts that are tested: a list, or their names there and here (`{hand_pa: hand}`).
    `allow_shared` names patients (as the set writes them) who may also be in the grid's own data set. `all`
    allows every equal id, where both sets number other people alike, but no copies of images. `phantom` is
    drawn into the cache instead of a set that lies in `root`.
    """

    name: SetName  # in tables, files and MLflow
    root: GridPath | None = None  # a folder or file, as of `dataset`
    phantom: OwnPhantom | None = None  # or images that the project draws itself, by the keys of `dataset`
    kind: Annotated[str, one_of(_with_root, "kind of data set with a root")] | None = None  # found out
    split: Literal["all", "test"] = "all"  # every image is a test image, or those of its own test part
    body_parts: dict[str, str] | list[str] = Field(default=[])  # empty: those that the grid's own set has
    allow_shared: list[str] = Field(default=[])

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.root is None) == (self.phantom is None):
            given = "both are given" if self.root else "neither is given"
            raise PydanticCustomError("place", f"a set needs root or phantom, and {given}")
        if self.phantom is not None:
            unused = [*self.phantom.model_fields_set & _OF_HOME, *(["kind"] if self.kind else [])]
            if unused:
                why = f"'{min(unused)}' changes nothing of a phantom that is a test set: leave it out"
                raise PydanticCustomError("unused", "{why}", {"why": why})
        return self

    @property
    def parts(self) -> dict[str, str]:
        """The grid's own name of each part of the set that is tested; empty where none was given."""
        given = self.body_parts
        return dict(given) if isinstance(given, dict) else {part: part for part in given}


class Corruptions(Strict):
    """A ladder of corruptions of the grid's own test set: each kind at each strength is a test set."""

    kinds: list[Annotated[str, one_of(tuple(CORRUPTIONS), "corruption")]] = Field(
        default=list(CORRUPTIONS), min_length=1
    )
    strengths: list[Strength] = Field(default=[1, 2, 3, 4, 5], min_length=1)


def _told_apart(externals: list[External]) -> list[External]:
    """Check that no two sets have one name, in any case of its letters, and none that of a corruption."""
    seen: set[str] = set()
    ladder = tuple(f"{kind}-" for kind in CORRUPTIONS)
    for one in externals:
        plain = one.name.casefold()
        if plain in seen:
            raise PydanticCustomError("repeated", f"two sets are called '{one.name}': rename one")
        if plain.startswith(ladder):
            raise PydanticCustomError("taken", f"'{one.name}' is called as a corruption: rename it")
        seen.add(plain)
    return externals


Externals = Annotated[list[External], AfterValidator(_told_apart)]
