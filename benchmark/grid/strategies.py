"""The registry of strategies: all that is asked of one, from its section of the grid file to its runner."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmark.grid.image_free import NO_IMAGE, NoImage
from benchmark.grid.sections import FeatureExtraction, FineTuning, HandCrafted
from classifiers.fine_tuning.recipes import FINE_TUNING_VERSION, Recipe
from classifiers.names import RECIPE_VERSION
from extractors.registry import lazy, with_entry_points
from extractors.specs import BackboneSpec, DescriptorSpec
from extractors.validation import Strict
from results.labels import GREY, Look, look_of, register_look

Extractor = BackboneSpec | DescriptorSpec | NoImage


@dataclass(frozen=True)
class Method:
    """One extractor of a strategy with the classifiers that it is combined with.

    `recipes` holds the recipe of each classifier that is a fine-tuned head.
    """

    strategy: str
    extractor: Extractor
    classifiers: tuple[str, ...]
    recipes: Mapping[str, Recipe] = field(default_factory=dict)


@dataclass(frozen=True)
class Strategy:
    """One way to get from images to probabilities.

    `section` is the model of the strategy's key in a grid file (None: it has no key, only controls use it),
    and `methods` lists what such a section spans. `runner(cells, run)` computes cells: see
    `benchmark.execution.run.Runner`. With `needs_embedding`, a cell is fitted on the extractor's embedding
    of all images, first guessed at `embedding_ms` milliseconds per image (four cores, 224 pixels).
    `versions` is the strategy's part of a cell's fingerprint: another value makes stored results stale.
    Comparisons are made with the strategies in `against`, after training folds have chosen over the axes in
    `chosen_over` (`backbone`, `classifier`). `look` is how tables and figures name and draw the strategy.
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

    @property
    def label(self) -> str:
        """The strategy in words."""
        return self.look.label


def _frozen_methods(section: FeatureExtraction) -> list[Method]:
    classifiers = tuple(section.classifiers)
    return [Method("feature_extraction", entry.spec(), classifiers) for entry in section.backbones]


def _hand_crafted_methods(section: HandCrafted) -> list[Method]:
    specs = [DescriptorSpec(name) for name in section.descriptors]
    return [Method("hand_crafted", spec, tuple(section.classifiers)) for spec in specs]


def _fine_tuned_methods(section: FineTuning) -> list[Method]:
    recipes = section.named_recipes
    return [Method("fine_tuning", entry.spec(), tuple(recipes), recipes) for entry in section.backbones]


_FROZEN = lazy("benchmark.execution.frozen:run_cells")
_CLASSIFIER = {"classifier": RECIPE_VERSION}

# In the order of their cells. Milliseconds: of a mid-sized
# network and of the `combined` descriptor on four cores, rounded; a workspace with results replaces them.
STRATEGIES = with_entry_points(
    "benchmark.strategies",
    (
        Strategy(
            "feature_extraction",
            look=look_of("feature_extraction"),
            section=FeatureExtraction,
            methods=_frozen_methods,
            runner=_FROZEN,
            versions=_CLASSIFIER,
            needs_embedding=True,
            embedding_ms=50.0,
            against=("hand_crafted",),
            chosen_over=("classifier",),
        ),
        Strategy(
            "hand_crafted",
            look=look_of("hand_crafted"),
            section=HandCrafted,
            methods=_hand_crafted_methods,
            runner=_FROZEN,
            versions=_CLASSIFIER,
            needs_embedding=True,
            embedding_ms=20.0,
            chosen_over=("backbone", "classifier"),
        ),
        Strategy(
            "fine_tuning",
            look=look_of("fine_tuning"),
            section=FineTuning,
            methods=_fine_tuned_methods,
            runner=lazy("benchmark.execution.fine_tuned:run_cells"),
            versions={"fine tuning": FINE_TUNING_VERSION},
            against=("feature_extraction", "hand_crafted"),
        ),
        Strategy(
            NO_IMAGE,
            look=Look("no image", GREY, "x", (0, (3, 1.5))),
            runner=_FROZEN,
            versions=_CLASSIFIER,
        ),
    ),
)
for _strategy in STRATEGIES.values():
    register_look(_strategy.name, _strategy.look)


def sections() -> dict[str, type[Strict]]:
    """The strategies that have a key in the grid file, with the model of what stands under it."""
    return {name: s.section for name, s in STRATEGIES.items() if s.section is not None}


def methods_in(found: Mapping[str, Any]) -> list[Method]:
    """The methods that these sections (by strategy) span; sections that are absent or None span none."""
    given = [(STRATEGIES[name], found[name]) for name in sections() if found.get(name) is not None]
    return [method for strategy, section in given for method in strategy.methods(section)]
