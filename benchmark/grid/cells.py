"""The cells of a grid: one per strategy, extractor, classifier, body part, training size and seed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from benchmark.datasets.names import EVERY_PART
from benchmark.errors import UserError
from benchmark.grid.image_free import NoImage
from benchmark.grid.schema import BackboneEntry, Exclusion, FileDataset, Grid, PhantomDataset
from classifiers.fine_tuning.recipes import END_TO_END, Recipe
from extractors.digests import JsonValue, digest_of
from extractors.specs import BackboneSpec, DescriptorSpec

AXES = ("strategy", "backbone", "classifier", "body_part", "train_size", "seed")
Extractor = BackboneSpec | DescriptorSpec | NoImage
Method = tuple[str, Extractor, list[str]]  # strategy, extractor, classifiers


@dataclass(frozen=True)
class Cell:
    """One question: this extractor and classifier, on this many images of this body part."""

    strategy: str
    extractor: Extractor
    classifier: str
    body_part: str
    train_size: int | str  # images, or "full"
    seed: int
    setting: str  # canonical digest of the data set, protocol and image settings that were asked for
    recipe: Recipe | None = field(default=None, hash=False)  # of a fine-tuning
    control: str = ""  # the name of the control that the cell belongs to; empty for an ordinary cell

    @property
    def backbone(self) -> str:
        """The extractor's name in records and tables."""
        return self.extractor.label

    @property
    def axes(self) -> dict[str, str | int]:
        """The values by which cells are told apart in tables, filters and MLflow."""
        axes = {name: getattr(self, name) for name in AXES}
        return axes | {"control": self.control} if self.control else axes

    @property
    def embedded_by(self) -> BackboneSpec | DescriptorSpec | None:
        """What must embed the images before the cell can be fitted; None where nothing must."""
        return None if self.recipe or isinstance(self.extractor, NoImage) else self.extractor

    @cached_property
    def id(self) -> str:
        """12 hex digits that depend on what was asked alone, not on where or how it is computed."""
        asked: dict[str, JsonValue] = {
            "strategy": self.strategy,
            "extractor": self.extractor.asked(),
            "classifier": self.classifier,
            "body_part": self.body_part,
            "train_size": self.train_size,
            "seed": self.seed,
            "setting": self.setting,
        }
        if self.recipe:
            asked["recipe"] = self.recipe.asked()
        if self.control:
            asked["control"] = self.control
        return digest_of(asked)[:12]


@dataclass(frozen=True)
class LeftOut:
    """A cell that the grid spans but that is not run, and why."""

    cell: Cell
    reason: str


def expand(grid: Grid, pool_sizes: Mapping[str, int]) -> tuple[list[Cell], list[LeftOut]]:
    """All cells of a grid but its controls, in its order, and those left out.

    `pool_sizes` holds the number of training images per body part (and for `all`). Raises UserError
    for two extractors with one name.
    """
    cells: list[Cell] = []
    left_out: list[LeftOut] = []
    for cell in _span(grid):
        reason = reason_to_leave_out(cell, grid, pool_sizes[cell.body_part])
        if reason:
            left_out.append(LeftOut(cell, reason))
        else:
            cells.append(cell)
    return cells, left_out


def methods_of(grid: Grid) -> list[Method]:
    """The methods that a grid asks for. Raises UserError for two extractors with one name."""
    asked: list[Method] = []
    if grid.feature_extraction:
        names = grid.feature_extraction.classifiers
        asked += [("feature_extraction", backbone_spec(e), names) for e in grid.feature_extraction.backbones]
    if grid.hand_crafted:
        names = grid.hand_crafted.classifiers
        asked += [("hand_crafted", DescriptorSpec(name), names) for name in grid.hand_crafted.descriptors]
    if grid.fine_tuning:
        asked += [("fine_tuning", backbone_spec(e), [END_TO_END]) for e in grid.fine_tuning.backbones]
    check_labels(grid, asked)
    return asked


def check_labels(grid: Grid, asked: list[Method]) -> None:
    """Raise UserError for two extractors with one name."""
    names_of = [(strategy == "fine_tuning", extractor.label) for strategy, extractor, _ in asked]
    for (_, label), times in Counter(names_of).items():
        if times > 1:
            raise UserError(
                f"grid '{grid.name}': two extractors are called '{label}': give one a 'label: ...'"
            )
    for label, specs in _networks(asked).items():
        if len(specs) > 1:
            raise UserError(
                f"grid '{grid.name}': '{label}' is not the same network under feature_extraction and under "
                "fine_tuning: make weights, model_args, mean and std alike, or give one a 'label: ...'"
            )


def _networks(asked: list[Method]) -> dict[str, set[str]]:
    """The different networks that each label stands for."""
    found: dict[str, set[str]] = defaultdict(set)
    for _, extractor, _ in asked:
        if isinstance(extractor, BackboneSpec):
            found[extractor.label].add(repr(extractor))
    return found


def backbone_spec(entry: BackboneEntry) -> BackboneSpec:
    """A grid's backbone entry as the extractors package knows it."""
    return BackboneSpec(**entry.model_dump())


def _span(grid: Grid) -> Iterator[Cell]:
    points = list(product(grid.body_parts, grid.train_sizes))
    for method in methods_of(grid):
        yield from cells_of(grid, method, points)


def cells_of(
    grid: Grid, method: Method, points: Iterable[tuple[str, int | str]], control: str = ""
) -> Iterator[Cell]:
    """The cells of a method at these points (body part, training size), for every seed of the grid."""
    setting = _setting(grid.dataset, grid)
    strategy, extractor, classifiers = method
    for (part, size), seed, classifier in product(points, grid.seeds, classifiers):
        recipe = grid.fine_tuning.recipe if grid.fine_tuning and classifier == END_TO_END else None
        yield Cell(strategy, extractor, classifier, part, size, seed, setting, recipe, control)


def _setting(dataset: FileDataset | PhantomDataset, grid: Grid) -> str:
    asked = dataset.model_dump(exclude_defaults=True, exclude={"root"})
    return digest_of({"dataset": asked, "image": grid.image.model_dump(exclude_defaults=True)})


def reason_to_leave_out(cell: Cell, grid: Grid, pool: int) -> str:
    """Why a cell is not run with a pool of so many training images; empty when it is."""
    for exclusion in grid.exclude:
        if _matches(exclusion, cell):
            rule = ", ".join(f"{k}: {v}" for k, v in exclusion.model_dump(exclude_none=True).items())
            return f"excluded by the grid ({rule})"
    if isinstance(cell.train_size, int) and cell.train_size > pool:
        part = "the data set" if cell.body_part == EVERY_PART else cell.body_part
        return f"{part} has {pool:,} training images"
    return ""


def _matches(exclusion: Exclusion, cell: Cell) -> bool:
    wanted = exclusion.model_dump(exclude_none=True)
    return bool(wanted) and all(getattr(cell, key) == value for key, value in wanted.items())
