"""The tasks of a large study by what their pieces cost, for the simulation of a cluster."""

from dataclasses import dataclass
from itertools import product

from classifiers.fine_tuning.recipes import PRESETS, Recipe
from tests.performance.cluster_simulation import Cluster, Task


@dataclass(frozen=True)
class Costs:
    """What the pieces of a run cost, each with its source."""

    pixel_bytes: float = 224 * 224  # of an image: uint8, extractors/pixels.py
    file_bytes: float = 80e3  # MURA: 3.2 GB in 40,005 files
    decode: float = 4e-3  # core seconds per image; 40,005 files with embedding: 80 s on 2 cores (levers.md)
    embed: float = (
        2422.0  # densenet169, images/s, RTX 3090, mixed precision (timm, results/benchmark-infer-amp-
    )
    train: float = (
        753.0  # nhwc-pt112-cu113-rtx3090.csv, and benchmark-train-...): not measured with this suite
    )
    width: int = 1664  # densenet169
    load: float = 5.0  # seconds to load a network onto a device; by hand
    stream: float = 1e9  # bytes/s at which one process reads an embedding; by hand
    shard: int = 10_000  # rows of an embedding task; by hand
    cores: int = 8  # per GPU, of which one feeds it; by hand

    def classifiers(self, rows: int) -> list[float]:
        """Core seconds of logistic regression, linear SVM, XGBoost and, up to 10,000 rows, RBF SVM.

        Measured with 384 features at 10,000 and 36,808 rows (levers.md); more features in proportion.
        """
        share, wider = rows / 10_000, self.width / 384
        known = [10 * share**1.36, 14 * share**1.20, 49 * share**0.89]
        return [seconds * wider for seconds in (known if rows > 10_000 else [*known, 183 * share**2])]


@dataclass(frozen=True)
class Study:
    """10⁶ images × 50 backbones × 8 parts (all, and seven of equal size) × 4 sizes × 5 seeds, both strategies."""

    images: int = 1_000_000
    test: int = 100_000
    backbones: int = 50
    parts: int = 8
    sizes: tuple[int, ...] = (100, 3_000, 10_000, 0)  # 0: all
    seeds: int = 5

    def subsets(self) -> list[tuple[int, int]]:
        """Training and test images of each network, part, size and seed."""
        of_part = [(self.images - self.test, self.test)]
        of_part += [(n // (self.parts - 1), t // (self.parts - 1)) for n, t in of_part * (self.parts - 1)]
        each = product(range(self.backbones * self.seeds), of_part, self.sizes)
        return [(size or pool, test) for _, (pool, test), size in each]


@dataclass(frozen=True)
class Design:
    """How a run divides its work; each is a change to the program or to the site."""

    shards: bool = False  # embeddings are computed in shards of rows by all workers, else by the driver's GPU
    decoding: bool = False  # images are decoded by all workers, else by the driver's 16 cores
    longest_first: bool = False  # fine-tuning, else shortest first
    at_once: bool = False  # classifiers and fine-tuning at the same time, else one after the other
    split: bool = False  # each classifier is a task, else the classifiers of a subset are one
    cached: bool = False  # a machine reads pixels once per cell (memory or disk), else in each epoch


def stages(study: Study, costs: Costs, design: Design) -> list[list[Task]]:
    """The tasks of a run; the pools are `gpu`, `cpu`, and those of the driver's machine."""
    decoders, embedders = ("cpu" if design.decoding else "driver"), "gpu" if design.shards else "driver gpu"
    rows = [costs.shard] * (study.images // costs.shard)
    decoding = [Task(decoders, n * costs.decode, n * (costs.file_bytes + costs.pixel_bytes), 0) for n in rows]
    stored = costs.pixel_bytes + 4 * costs.width  # read and written
    embedding = [Task(embedders, n / costs.embed, n * stored, costs.load) for n in rows * study.backbones]
    frozen, tuned, recipe = [], [], Recipe.model_validate(PRESETS["default"])
    for train, test in study.subsets():
        size, parts = 4.0 * costs.width * (train + test), costs.classifiers(train)
        groups = [[one] for one in parts] if design.split else [parts]
        frozen += [Task("cpu", size / costs.stream, size, sum(one), len(one)) for one in groups]
        epochs = recipe.most_epochs(train)  # none stops early; four fifths are trained on
        seen, different = epochs * 0.8 * train + test, train + test
        read = (different if design.cached else seen) * costs.pixel_bytes
        tuned.append(Task("gpu", seen / costs.train, read, costs.load, 1))
    frozen.sort(key=lambda task: -task.seconds)
    tuned.sort(key=lambda task: -task.seconds if design.longest_first else task.seconds)
    return [decoding, embedding, *([[*frozen, *tuned]] if design.at_once else [frozen, tuned])]


def cluster_of(
    gpus: int, costs: Costs, *, bandwidth: float, per_task: float, cells_per_second: float
) -> Cluster:
    """A cluster with so many GPUs, and the driver's machine with one and 16 cores."""
    workers = {"gpu": gpus, "cpu": gpus * (costs.cores - 1), "driver": 16, "driver gpu": 1}
    return Cluster(workers, bandwidth, per_task, 1 / cells_per_second)
