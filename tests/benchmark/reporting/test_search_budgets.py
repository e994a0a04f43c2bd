"""The budgets of both sides are what their code does."""

from dataclasses import replace

import pytest

from benchmark.grid.strategy import Method
from benchmark.reporting import search_budgets
from benchmark.reporting.search_budgets import Budget, classifier_budget, recipe_budget
from classifiers.boosting import DEPTHS, ROUNDS
from classifiers.catalogue import CLASSIFIERS
from classifiers.fine_tuning.recipes import Recipe
from classifiers.linear import STRENGTHS
from extractors.specs import BackboneSpec

NETWORK = BackboneSpec("resnet18")


def test_classifiers_are_tried_in_five_folds_and_refitted():
    method = Method("feature_extraction", NETWORK, ("logistic_regression", "xgboost", "majority"))
    tried = len(STRENGTHS) + len(DEPTHS) * len(ROUNDS)
    assert classifier_budget(method) == Budget(2, tried, 5, 5 * tried + 2, True)


def test_a_classifier_that_does_not_tell_its_search_leaves_it_open(monkeypatch):
    other = replace(CLASSIFIERS["rbf_svm"], name="other", reference=None)
    monkeypatch.setattr(search_budgets, "CLASSIFIERS", CLASSIFIERS | {"other": other})
    found = classifier_budget(Method("feature_extraction", NETWORK, ("rbf_svm", "other")))
    assert (found.methods, found.configurations, found.fits) == (2, None, None)


@pytest.mark.parametrize(
    ("images", "expected"),
    [(999, Budget(2, 4, 5, 3 * 5 + 1 + 3 + 1, True)), (1000, Budget(2, 4, 0, 4, False))],
)
def test_recipes_are_tried_in_folds_and_refitted_where_images_are_few(images, expected):
    recipes = [Recipe(learning_rate=[1e-3, 1e-4, 1e-5]), Recipe(folds=3)]
    assert recipe_budget(recipes, images) == expected
