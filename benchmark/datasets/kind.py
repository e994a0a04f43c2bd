"""The class of a data set kind and of its keys, for our own kinds and for those of other packages."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from benchmark.datasets.names import BY_SITE, PROTOCOLS
from benchmark.datasets.paths import GridPath
from extractors.digests import JsonValue
from extractors.validation import Strict, one_of
from results.label_tasks import BINARY

if TYPE_CHECKING:  # importing it costs half a second for pandas, which reading a grid file does not need
    from benchmark.datasets.manifest import Manifest

ProtocolName = Annotated[str, one_of(PROTOCOLS, "protocol")]


class DatasetKeys(Strict):
    """The keys that all data sets have in a grid file; a kind's model narrows `kind` to a Literal."""

    NOT_ASKED: ClassVar[frozenset[str]] = frozenset(
        {"root", "name", "citation", "columns"}
    )  # never in a cell's identity
    kind: str
    protocol: ProtocolName = "official"
    site: str = Field(default="", max_length=100)  # the test set of protocol site: one value of column `site`
    columns: dict[str, GridPath] = Field(default={})  # yes or no, by a file with one study per line

    @model_validator(mode="after")
    def _site_of_its_protocol(self) -> Self:
        if (self.protocol == BY_SITE) == bool(self.site):
            return self
        if self.site:
            why = f"protocol {self.protocol} holds out no site: write protocol: site, or leave this key out"
            raise PydanticCustomError("unused", "{why}", {"key": "site", "why": why})
        why = "protocol site needs the name of the site that is the test set: site: NAME"
        raise PydanticCustomError("no_site", "{why}", {"key": "protocol", "why": why})

    @property
    def label_task(self) -> str:
        """What the labels are: one of `results.label_tasks.TASKS`; binary where the kind has no such key."""
        return str(getattr(self, "task", BINARY))

    def asked(self) -> dict[str, JsonValue]:
        """What decides which images there are and how they are split; defaults and locations left out."""
        return self.model_dump(exclude_defaults=True, exclude=set(self.NOT_ASKED))


@dataclass(frozen=True)
class DatasetKind:
    """One kind of data set.

    `read(keys, cache, jobs)` takes an instance of `model`, the workspace's cache folder and a number of
    processes, returns the manifest and raises UserError for data that cannot be used. `plan(keys, cache)`
    does the same in a moment, for commands that need no pixels; without it, `read` is taken. `is_at(root)`
    tells whether a file or folder holds a data set of this kind, for commands that are given a path and no
    grid.
    """

    name: str
    model: type[DatasetKeys]
    read: Callable[[Any, Path, int], "Manifest"]
    plan: Callable[[Any, Path], "Manifest"] | None = None
    is_at: Callable[[Path], bool] = lambda root: False
