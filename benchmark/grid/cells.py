"""The cells of a grid: one per strategy, extractor, classifier, body part, training size and seed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

from benchmark.datasets.names import EVERY_PART
from benchmark.errors import UserError
from benchmark.grid.image_free import NoImage
from benchmark.grid.schema import Exclusion, Grid
from benchmark.grid.strategies import STRATEGIES
from benchmark.grid.strategy import Extractor, Method
from classifiers.catalogue import CLASSIFIERS
from classifiers.fine_tuning.recipes import Recipe
from extractors.digests import JsonValue, digest_of
from extractors.specs import AnyExtractor, BackboneSpec, TokensSpec, networks_of
from results.labels import size_name

AXES = ("strategy", "backbone", "classifier", "body_part", "train_size", "seed")


@dataclass(frozen=True)
class Cell:
    """One experiment of a grid: a method on a training subset of one body part, with one seed."""

    strategy: str
    extractor: Extractor
    classifier: str
    body_part: str
    train_size: int | str  # images, or "full"
    seed: int
    setting: str  # digest of the data set, protocol and image settings
    recipe: Recipe | None = field(default=None, hash=False)  # None except for fine-tuning
    control: str = ""  # name of the control, empty for an ordinary cell
    patient_share: float | None = None  # of the training patients that each seed draws at `full`

    @property
    def backbone(self) -> str:
        """The extractor's name in records and tables."""
        return self.extractor.label

    @property
    def size_name(self) -> int | str:
        """The training size in reports: images, `full`, or (where seeds draw) `full (90 % of patients)`."""
        return size_name(self.train_size, self.patient_share)

    @property
    def axes(self) -> dict[str, str | int]:
        """The values that identify the cell in tables, filters and MLflow."""
        axes = {name: getattr(self, name) for name in AXES}
        return axes | {"control": self.control} if self.control else axes

    @property
    def embedding_extractor(self) -> AnyExtractor | None:
        """The extractor whose embedding the cell is fitted on; None where none is needed."""
        if isinstance(self.extractor, NoImage) or not STRATEGIES[self.strategy].needs_embedding:
            return None
        return self.extractor

    @property
    def cached_extractor(self) -> AnyExtractor | TokensSpec | None:
        """The extractor whose rows the cell reads from the cache: vectors, tokens, or None for pixels."""
        if self.recipe and self.recipe.reads_tokens and isinstance(self.extractor, BackboneSpec):
            return TokensSpec(self.extractor)
        return self.embedding_extractor

    @cached_property
    def id(self) -> str:
        """12 hex digits of the settings; they do not depend on machine, folders or software versions."""
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
        if self.patient_share is not None:
            asked["full"] = {"resample": "patients", "share": self.patient_share}
        return digest_of(asked)[:12]


@dataclass(frozen=True)
class LeftOut:
    """A cell of the grid that is not run, and why."""

    cell: Cell
    reason: str


def expand(grid: Grid, pool_sizes: Mapping[str, int]) -> tuple[list[Cell], list[LeftOut]]:
    """List the cells of a grid (without its controls) in grid order, and the cells left out.

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
    """The methods of a grid. Raises UserError for two extractors with one name."""
    methods = grid.methods()
    check_labels(grid, methods)
    return methods


def check_labels(grid: Grid, methods: list[Method]) -> None:
    """Raise UserError for two extractors with one name."""
    names = Counter((_namespace(method.strategy), method.extractor.label) for method in methods)
    for (_, label), times in names.items():
        if times > 1:
            raise UserError(
                f"grid '{grid.name}': two extractors are called '{label}': give one of them a 'label: ...'"
            )
    for one, other in _apart_only_in_folders(methods):
        raise UserError(
            f"grid '{grid.name}': '{one}' and '{other}' are the same to a record, which holds no folders: "
            "rename one of the two"
        )
    for label, networks in _networks(methods).items():
        if len(networks) > 1:
            raise UserError(
                f"grid '{grid.name}': '{label}' is not the same network under "
                f"{' and under '.join(networks.values())}: "
                "give both the same weights, model_args, mean and std, or give one of them a 'label: ...'"
            )


def _namespace(strategy: str) -> str:
    """Where names must be unique: among all strategies with embeddings, or within one other strategy."""
    return "embeddings" if STRATEGIES[strategy].needs_embedding else strategy


def _apart_only_in_folders(methods: list[Method]) -> Iterator[tuple[str, str]]:
    """Pairs of networks whose names or weights differ, but not what is asked of their cells."""
    first: dict[str, BackboneSpec] = {}
    for method in methods:
        for spec in networks_of(method.extractor):
            known = first.setdefault(digest_of(spec.asked()), spec)
            if known.name != spec.name:
                yield known.name, spec.name
            elif known.weights != spec.weights:
                yield known.weights, spec.weights


def _networks(methods: list[Method]) -> dict[str, dict[str, str]]:
    """For each label, its different networks and the first strategy that uses each of them."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for method in methods:
        for spec in networks_of(method.extractor):  # mirrored views are of the same network
            found[spec.label].setdefault(repr(replace(spec, flip="")), method.strategy)
    return found


def _span(grid: Grid) -> Iterator[Cell]:
    points = list(product(grid.body_parts, grid.train_sizes))
    for method in methods_of(grid):
        yield from cells_of(grid, method, points)


def cells_of(
    grid: Grid, method: Method, points: Iterable[tuple[str, int | str]], control: str = ""
) -> Iterator[Cell]:
    """The cells of a method for these (body part, training size) pairs and every seed of the grid."""
    asked: dict[str, JsonValue] = {
        "dataset": grid.dataset.asked(),
        "image": grid.image.model_dump(mode="json", exclude_defaults=True),
    }
    setting = digest_of(asked)
    for (part, size), seed, classifier in product(points, grid.seeds, method.classifiers):
        recipe = method.recipes.get(classifier)
        yield Cell(
            method.strategy,
            method.extractor,
            classifier,
            part,
            size,
            seed,
            setting,
            recipe,
            control,
            grid.patient_share(size),
        )


def reason_to_leave_out(cell: Cell, grid: Grid, pool: int) -> str:
    """Why a cell is not run when `pool` training images are available; empty when it is run."""
    for exclusion in grid.exclude:
        if _matches(exclusion, cell):
            rule = ", ".join(f"{k}: {v}" for k, v in exclusion.model_dump(exclude_none=True).items())
            return f"excluded by the grid ({rule})"
    if isinstance(cell.train_size, int) and cell.train_size > pool:
        part = "the data set" if cell.body_part == EVERY_PART else cell.body_part
        return f"{part} has {pool:,} training images"
    return CLASSIFIERS[cell.classifier].why_absent() if cell.classifier in CLASSIFIERS else ""


def _matches(exclusion: Exclusion, cell: Cell) -> bool:
    wanted = exclusion.model_dump(exclude_none=True)
    return bool(wanted) and all(getattr(cell, key) == value for key, value in wanted.items())
