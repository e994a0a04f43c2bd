"""The record of a cell: a frozen, typed, versioned schema. Only this module reads old versions.

A record is the content of `result.json`. `read_record` accepts every version since the first; the schema as
JSON (`json_schema`) is docs/record.schema.json.
"""

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from benchmark.grid.cells import AXES
from extractors.digests import JsonValue
from results.label_tasks import BINARY, LabelTask
from results.labels import size_name

RECORD_VERSION = (
    1  # raise it when a key changes its name or meaning, and convert older records in `read_record`
)
UNNAMED_INTERVALS = "percentile"  # the kind of intervals in records without the key `intervals`


class _Part(BaseModel):
    """A part of a record. Unknown keys (of a later version) are kept when a record is written back."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Bounded(_Part):
    """A metric with its interval over resampled test patients; None where undefined."""

    value: float | None
    low: float | None = None
    high: float | None = None


Metrics = dict[str, dict[str, Bounded]]  # unit (study, image) -> metric -> value


class Evaluation(_Part):
    """How the intervals of a record were made."""

    confidence: float
    resamples: int


class Counts(_Part):
    """The numbers of images, studies and patients in the training subset and the test set of a cell."""

    test_images: int
    test_studies: int
    test_patients: int
    test_positive_studies: int
    train_images: int
    train_positive: int
    train_patients: int
    pool_images: int | None = None  # that the training images were drawn from; None in older records


class Embedding(_Part):
    """The embedding that a frozen cell was fitted on, and its cost (bytes, milliseconds, kWh)."""

    width: int | None = None
    digest: str | None = None
    device: str | None = None
    threads: int | None = None
    milliseconds_per_image: float | None = None
    kwh_per_image: float | None = None
    peak_memory_bytes: int | None = None
    peak_device_memory_bytes: int | None = None
    bytes_on_disk: int | None = None
    weights_renamed: str | None = None  # how the names in a weights file were changed
    weights_licence: str | None = None  # of a network's own weights, as far as its source knows it
    engine: str | None = None  # that ran the network (`extractors.engines`); None in older records: torch
    engine_version: str | None = None


class Cost(_Part):
    """The cost of a cell: seconds by stage, memory (bytes), energy (kWh), model size; None if unknown."""

    device: str | None = None
    classifier_device: str | None = None  # that fitted the classifier; None: the CPU
    threads: int | None = None
    seconds_embed: float | None = None
    seconds_select: float | None = None
    seconds_fit: float | None = None
    seconds_tune: float | None = None
    seconds_predict: float | None = None
    seconds_total: float | None = None
    peak_memory_bytes: int | None = None
    peak_device_memory_bytes: int | None = None
    energy_kwh: float | None = None
    evaluation_seconds: float | None = None
    evaluation_images_per_second: float | None = None
    bytes_on_disk: int | None = None
    trainable_parameters: int | None = None  # of network and head; 0 for a frozen network
    optimiser_bytes: int | None = None  # the optimiser's state; 0 for a frozen network


class Training(_Part):
    """How a fine-tuning was computed: device, precision, batch size, numbers of images."""

    device: str
    precision: str
    threads: int = 1
    micro_batch: int
    trained_on: int  # images
    validated_on: int  # images
    folds: int = 0  # in which epoch and learning rate were chosen; 0: by one validation part
    refitted: bool = False  # on all training images
    updates: int | None = None  # of the weights of the kept network
    peak_memory_bytes: int | None = None
    trainable_parameters: int | None = None  # of network and head; None in older records
    optimiser_bytes: int | None = None  # of the optimiser's state
    weights_renamed: str | None = None  # how the names in a weights file were changed
    weights_licence: str | None = None  # of a network's own weights, as far as its source knows it
    diverged_rates: list[float] = []


class Epoch(_Part):
    """The numbers of one epoch of a fine-tuning: the mean over folds where there are any.

    `step` counts the epochs of all learning rates and of the refit; `rate` is the searched learning rate,
    while `learning_rate` is the one that the schedule made of it. `updates` of the weights may be a mean.
    """

    step: int
    epoch: int
    stage: int
    rate: float | None = None
    refit: bool = False
    updates: float | None = None
    train_loss: float | None = None
    train_accuracy: float | None = None
    train_auroc: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    validation_auroc: float | None = None
    learning_rate: float | None = None
    seconds: float | None = None


class Corrupted(_Part):
    """A rung of the ladder of corruptions."""

    kind: str
    strength: int


class Elsewhere(_Part):
    """A cell tested on a set that is not the grid's own: another hospital's, or a corruption of its own.

    `digest` is that of the set's images, labels and body parts, or of the corruption. `metrics` have values
    alone: their intervals are computed from the predictions. `classes` are the findings that are judged,
    where these are not all of the cell's. `why_not` says why there are no predictions.
    """

    digest: str
    pixels_digest: str
    files_digest: str = ""
    corruption: Corrupted | None = None
    predictions_sha256: str = ""
    classes: list[str] = []
    metrics: Metrics = {}
    images: int = 0
    studies: int = 0
    patients: int = 0
    positive_studies: int = 0
    why_not: str = ""


class Header(_Part):
    """The part of a record that is known before the cell is computed: axes, data and settings."""

    version: int = 0  # of this schema; 0: written before records had a version
    cell: str
    strategy: str
    backbone: str  # the extractor's label
    classifier: str  # or the recipe of a fine-tuning
    body_part: str
    train_size: int | Literal["full"]
    seed: int
    control: str = ""  # empty for an ordinary cell
    patient_share: float | None = None  # of the training patients, where each seed draws them anew at `full`
    grid: str
    dataset: str  # its kind
    task: str = BINARY  # what the labels are: `results.label_tasks.TASKS`
    classes: list[str] = []  # of another task than binary: its classes, grades or findings, in order
    protocol: str
    leaky: bool
    evaluated_on: str
    image: dict[str, Any]
    pixels_digest: str
    files_digest: str = ""  # of the image files' bytes; empty in older records
    unreadable: list[str] = []
    fingerprint: dict[str, Any]
    evaluation: Evaluation
    versions: dict[str, str] = {}
    machine: dict[str, str] = {}
    started: str

    @property
    def size_name(self) -> int | str:
        """The training size in reports: images, `full`, or (where seeds draw) `full (90 % of patients)`."""
        return size_name(self.train_size, self.patient_share)

    @property
    def label_task(self) -> LabelTask:
        """What the labels are."""
        return LabelTask(self.task, tuple(self.classes))

    @property
    def leak(self) -> str:
        """How patients leak from training into the test set; empty when none does."""
        if not self.leaky:
            return ""
        if self.protocol == "image":
            return "LEAKY split by image"
        return "LEAKY split: patients in training and in test"

    def to_json(self) -> dict[str, JsonValue]:
        """The content of result.json, without fields that were not set."""
        return self.model_dump(mode="json", exclude_unset=True)

    @property
    def axes(self) -> dict[str, str | int]:
        """The values that identify the cell; `control` only for cells of a control."""
        axes = {name: getattr(self, name) for name in AXES}
        return axes | {"control": self.control} if self.control else axes


class Finished(Header):
    """The record of a cell that was fitted and tested."""

    status: Literal["ok"]
    finished: str
    parameters: dict[str, Any]
    selection_auroc: float
    threshold: float
    thresholds: dict[str, float] = {}  # of several classes, one for each, chosen on training folds
    seconds: dict[str, float]
    predictions_sha256: str
    metrics: Metrics
    body_part_metrics: dict[str, Metrics] = {}
    class_metrics: dict[str, Metrics] = {}  # of each class against the rest, or of each finding
    class_counts: dict[str, dict[str, int]] = {}  # test and training cases of each class or finding
    counts: Counts
    intervals: str = UNNAMED_INTERVALS
    embedding: Embedding | None = None
    cost: Cost | None = None
    recipe: dict[str, Any] | None = None
    training: Training | None = None
    model_kept: bool | None = None  # False: it was asked for, and no file can hold it
    history: list[Epoch] = []
    external: dict[str, Elsewhere] = {}  # by the name of the set; chosen is nothing by them

    def bounded(self, unit: str, metric: str) -> Bounded:
        """One metric of the whole test set."""
        return self.metrics[unit][metric]

    @property
    def best_epoch(self) -> int:
        """The epoch of a fine-tuning that was chosen."""
        return int(self.parameters["best_epoch"])

    @property
    def chosen_from(self) -> list[Epoch]:
        """The epochs of the taken learning rate, among which `best_epoch` was chosen."""
        own = {None, self.parameters.get("learning_rate")}
        return [epoch for epoch in self.history if epoch.rate in own and not epoch.refit]

    @property
    def devices(self) -> list[str]:
        """The devices that computed the cell; empty when not recorded."""
        return [self.cost.device] if self.cost and self.cost.device else []


class Failed(Header):
    """The record of a cell that failed, with the reason in one line."""

    status: Literal["failed"]
    error: str
    traceback: str = ""
    finished: str


Record = Finished | Failed
_RECORD: TypeAdapter[Finished | Failed] = TypeAdapter(
    Annotated[Finished | Failed, Field(discriminator="status")]
)


def read_record(content: Mapping[str, Any]) -> Record:
    """Convert the content of result.json, of any version, to a record. Raises ValueError for invalid content.

    Version 0 (no key `version`) needs no conversion; its oldest records have no `intervals` (read as
    UNNAMED_INTERVALS) and no `cost`. A later version that renames a key renames it here.
    """
    return _RECORD.validate_python(content)


def json_schema() -> dict[str, Any]:
    """The JSON schema of `result.json`."""
    return _RECORD.json_schema()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(json_schema(), indent=1) + "\n")
