"""The class of a strategy, for our own strategies and for those of other packages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmark.grid.image_free import NoImage
from extractors.specs import AnyExtractor
from extractors.validation import Strict
from results.labels import Look

if TYPE_CHECKING:
    from classifiers.fine_tuning.recipes import Recipe

Extractor = AnyExtractor | NoImage


@dataclass(frozen=True)
class Method:
    """One extractor of a strategy with the classifiers that it is combined with.

    `recipes` holds the recipe of each classifier that is a fine-tuned head.
    """

    strategy: str
    extractor: Extractor
    classifiers: tuple[str, ...]
    recipes: "Mapping[str, Recipe]" = field(default_factory=dict)


@dataclass(frozen=True)
class Strategy:
    """One way to turn images into probabilities: frozen features, fine-tuning, ...

    `section` is the model of the strategy's key in a grid file (None: it has no key, only controls use it),
    and `methods` lists the methods of such a section. `runner(cells, run)` computes cells: see
    `benchmark.execution.run.Runner`. With `needs_embedding`, a cell is fitted on the extractor's embedding
    of all images; `embedding_ms` is the first estimate of a network's time, in milliseconds per image (a
    few cores, 224 pixels). `versions` is the strategy's part of a cell's fingerprint: another value makes
    stored results stale. The strategy is compared with those in `against`; before that, the best value on
    the axes in `chosen_over` is chosen on training folds: `backbone`, and `classifier` or `recipe` (the
    classifiers of a strategy that has recipes). `look` is the label and the line style of the strategy in
    tables and figures.
    `method` is a sentence for the methods text; that of our own strategies is in the text's template.
    """

    name: str
    look: Look
    runner: Callable[..., Any]
    versions: Mapping[str, int]
    section: type[Strict] | None = None
    methods: Callable[[Any], list[Method]] = lambda section: []
    needs_embedding: bool = False
    embedding_ms: float = 0.0
    against: tuple[str, ...] = ()
    chosen_over: tuple[str, ...] = ()
    method: str = ""

    @property
    def label(self) -> str:
        """The strategy in words."""
        return self.look.label
