"""The facts that the methods are written from. Every one may be absent: then nothing is said of it."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict


class PartCounts(TypedDict):
    """How much of one body part (or `all`) there is on either side."""

    body_part: str
    train_patients: int
    train_studies: int
    train_images: int
    test_patients: int
    test_studies: int
    test_images: int


class Network(TypedDict):
    """A backbone: its name (`torchvision/vgg16`, say), and `imagenet`, `random` or the name of a file."""

    name: str
    weights: str


class Stage(TypedDict):
    """One run of epochs with one optimiser, complete, under the names that a grid's recipe has for it."""

    epochs: int
    optimizer: str
    learning_rate: Sequence[float]  # of the head; several are searched
    backbone_learning_rate: float | None  # None: the head's
    weight_decay: float
    schedule: str
    warmup_epochs: float
    early_stopping_patience: int | None
    trainable: str


class Head(TypedDict):
    """What stands on the backbone before the output: hidden layers of these widths, and dropout."""

    widths: Sequence[int]
    dropout: float


class Recipe(TypedDict):
    """How networks were fine-tuned, complete, under the names that a grid's recipe has for it."""

    stages: Sequence[Stage]
    resolution: int | None
    batch_size: int
    loss: str
    label_smoothing: float
    views: str
    head: Head
    augmentation: Mapping[str, float | str]
    ema: float
    validation_share: float
    select: str


class Facts(TypedDict, total=False):
    """What was done. Names are those of the grid and of the records."""

    dataset: str  # its name in prose: MURA, PneumoniaMNIST
    dataset_kind: str  # mura, manifest, phantom
    protocol: str  # official, patient, image
    evaluated_on: str  # with official: the part that was the test set, as the data set calls it
    parts: Sequence[PartCounts]  # each body part (or all) that was classified by itself
    train_sizes: Sequence[int | str]  # images, or "full"
    seeds: Sequence[int]
    image_size: int  # pixels a side
    image_fit: str  # pad, crop, stretch
    frozen: Sequence[Network]
    classifiers: Sequence[str]  # on frozen features
    descriptors: Sequence[str]
    descriptor_classifiers: Sequence[str]
    folds: int  # of the search for hyperparameters
    fine_tuned: Sequence[Network]
    recipe: Recipe
    primary: str  # the metric
    unit: str  # study, image
    confidence: float
    resamples: int
    comparisons: int  # in the family of paired differences whose p-values were adjusted by Holm
    family: str  # what the family spans: "two backbones, eight body parts and four sizes"
    crossover: bool  # whether crossover sizes were estimated
    curve_fits: bool  # whether power laws were fitted to learning curves
    tests: Sequence[Literal["delong", "mcnemar", "critical_difference"]]
    controls: Sequence[str]  # of results.names.CONTROL_NAMES
    devices: Sequence[str]
    versions: Mapping[str, str]  # {package as pip names it: version}, "python" among them
