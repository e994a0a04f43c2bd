"""Recipes: presets, stages that say what differs, and what enters a cell's name."""

import pytest
from pydantic import TypeAdapter, ValidationError

from classifiers.fine_tuning.recipes import PRESETS, Recipe, RecipeEntry

RECIPE = TypeAdapter(RecipeEntry)


def test_a_name_is_a_preset_and_keys_change_it():
    assert RECIPE.validate_python("default") == Recipe(**PRESETS["default"])
    changed = RECIPE.validate_python({"preset": "default", "epochs": 3})
    assert changed.epochs == 3
    assert changed.augmentation == Recipe(**PRESETS["default"]).augmentation


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_recipe(name):
    assert RECIPE.validate_python(name).each_stage()


def test_a_stage_takes_from_the_recipe_what_it_leaves_open():
    recipe = Recipe(epochs=7, optimizer="sgd", stages=[{"trainable": "head"}, {"epochs": 15}])
    first, second = recipe.each_stage()
    assert (first.trainable, first.epochs, first.optimizer) == ("head", 7, "sgd")
    assert (second.trainable, second.epochs, second.optimizer) == ("all", 15, "sgd")
    assert recipe.most_epochs(2000) == 22


def test_what_was_asked_leaves_defaults_out_and_tells_recipes_apart():
    assert Recipe().asked() == {"stages": [{}]}
    assert Recipe(epochs=3).asked() == Recipe(stages=[{"epochs": 3}]).asked()
    assert Recipe(epochs=3).asked() != Recipe(epochs=4).asked()
    assert Recipe(batch_size=8).asked() == {"batch_size": 8, "stages": [{}]}


def test_the_epochs_of_every_learning_rate_fold_and_the_refit_count():
    recipe = Recipe(epochs=4, learning_rate=[1e-3, 1e-4], folds_below=500)
    assert recipe.most_epochs(500) == 8
    assert recipe.most_epochs(499) == 4 * (2 * 5 + 1)


def test_a_minimum_of_updates_makes_more_epochs_of_few_images():
    """Their warm-up keeps its share; many images are not affected."""
    recipe = Recipe(epochs=10, min_updates=100, warmup_epochs=1, batch_size=32)
    assert [stage.epochs for stage in recipe.stretched(80).each_stage()] == [34]
    assert recipe.stretched(80).each_stage()[0].warmup_epochs == pytest.approx(3.4)
    assert recipe.stretched(320).each_stage() == recipe.each_stage()
    assert recipe.most_epochs(100) == 34 * 6


def test_a_plateau_schedule_has_a_validation_part_of_its_own():
    assert Recipe().uses_folds(999)
    assert not Recipe().uses_folds(1000)
    assert not Recipe(schedule="plateau").uses_folds(100)


def test_a_searched_rate_takes_the_backbones_with_it():
    recipe = Recipe(learning_rate=[1e-3, 3e-3], backbone_learning_rate=2e-4)
    assert recipe.rates() == [1e-3, 3e-3]
    found = [recipe.with_rate(rate).each_stage()[0] for rate in recipe.rates()]
    assert [stage.learning_rate for stage in found] == [[1e-3], [3e-3]]
    assert [stage.backbone_learning_rate for stage in found] == pytest.approx([2e-4, 6e-4])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("defualt", "did you mean 'default'"),
        ({"preset": "nothing"}, "allowed: default, adapt, probe_then_tune"),
        ({"learningrate": 0.1}, "did you mean 'learning_rate'"),
        ({"trainable": "last_0_blocks"}, "pattern"),
        ({"schedule": "sometimes"}, "cosine"),
        ({"stages": [{"learning_rate": [1, 2]}, {"learning_rate": [3, 4]}]}, "only one stage"),
        (
            {"preset": "probe_then_tune", "learning_rate": [1e-4, 1e-5]},
            "every stage has its own learning_rate",
        ),
        ({"preset": ["default"]}, "there is no preset"),
        ({"augmentation": {"rotation": 3}}, "did you mean 'rotate'"),
    ],
)
def test_mistakes_are_named(wrong, message):
    with pytest.raises(ValidationError, match=message):
        RECIPE.validate_python(wrong)


def test_hidden_layers_may_have_equal_widths_and_a_layer_may_be_named():
    recipe = Recipe.model_validate({"head": {"widths": [64, 64]}, "trainable": {"from": "blocks.3"}})
    assert recipe.head.widths == [64, 64]
    assert recipe.trainable == "from blocks.3"
