"""The registry of strategies: grid section, methods, runner, versions, comparisons and look of each."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from benchmark.grid.adaptation import Adaptation
from benchmark.grid.image_free import NO_IMAGE
from benchmark.grid.sections import FeatureExtraction, FineTuning, HandCrafted
from benchmark.grid.strategy import Method as Method
from benchmark.grid.strategy import Strategy as Strategy
from classifiers.fine_tuning.recipes import FINE_TUNING_VERSION
from classifiers.names import RECIPE_VERSION
from extractors.registry import lazy, with_entry_points
from extractors.specs import DescriptorSpec
from extractors.validation import Strict
from results.labels import GREY, Look, look_of, register_look


def _frozen_methods(section: FeatureExtraction) -> list[Method]:
    classifiers = tuple(section.classifiers)
    return [Method("feature_extraction", spec, classifiers) for spec in section.specs()]


def _hand_crafted_methods(section: HandCrafted) -> list[Method]:
    specs = [DescriptorSpec(name) for name in section.descriptors]
    return [Method("hand_crafted", spec, tuple(section.classifiers)) for spec in specs]


def _trained_methods(strategy: str, section: Adaptation | FineTuning) -> list[Method]:
    recipes = section.named_recipes
    return [Method(strategy, entry.spec(), tuple(recipes), recipes) for entry in section.backbones]


_FROZEN = lazy("benchmark.execution.frozen:run_cells")
_TRAINED = lazy("benchmark.execution.fine_tuned:run_cells")
_CLASSIFIER = {"classifier": RECIPE_VERSION}
_TRAINING = {"fine tuning": FINE_TUNING_VERSION}

# In the order of their cells. The milliseconds are rounded guesses for a mid-sized network and for the
# `combined` descriptor on four cores; measured times of the workspace replace them.
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
            chosen_over=("backbone", "classifier"),
        ),
        Strategy(
            "adaptation",
            look=look_of("adaptation"),
            section=Adaptation,
            methods=partial(_trained_methods, "adaptation"),
            runner=_TRAINED,
            versions=_TRAINING,
            against=("feature_extraction",),
            chosen_over=("recipe",),
        ),
        Strategy(
            "fine_tuning",
            look=look_of("fine_tuning"),
            section=FineTuning,
            methods=partial(_trained_methods, "fine_tuning"),
            runner=_TRAINED,
            versions=_TRAINING,
            against=("feature_extraction", "hand_crafted", "adaptation"),
            chosen_over=("recipe",),
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
    """The strategies that have a key in the grid file, with the pydantic model of its section."""
    return {name: s.section for name, s in STRATEGIES.items() if s.section is not None}


def methods_in(found: Mapping[str, Any]) -> list[Method]:
    """The methods of these sections (strategy -> section); absent or None sections have none."""
    given = [(STRATEGIES[name], found[name]) for name in sections() if found.get(name) is not None]
    return [method for strategy, section in given for method in strategy.methods(section)]
