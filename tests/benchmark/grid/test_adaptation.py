"""The section `adaptation`: a method is a recipe that trains few parameters."""

import pytest
from pydantic import ValidationError

from benchmark.errors import UserError
from benchmark.grid.adaptation import Adaptation
from benchmark.grid.schema import read_grid

BACKBONES = ["resnet18"]


def section(**keys):
    return Adaptation.model_validate({"backbones": BACKBONES, **keys})


def test_each_method_is_the_recipe_with_what_it_trains():
    recipes = section(methods=["lora", "bitfit", "norm", "last_2"], recipe={"epochs": 3}).named_recipes
    assert {name: recipe.each_stage()[0].trainable for name, recipe in recipes.items()} == {
        "lora": "lora",
        "bitfit": "bitfit",
        "norm": "norm",
        "last_2": "last_2_blocks",
    }
    assert {recipe.epochs for recipe in recipes.values()} == {3}


def test_batch_norm_stays_as_it_was_pretrained_unless_the_recipe_says_otherwise():
    for recipe in ({}, {"recipe": {"epochs": 1}}, {"recipe": "default"}, {"recipe": {"preset": "adapt"}}):
        (made,) = section(methods=["norm"], **recipe).named_recipes.values()
        assert made.batch_norm == "eval"
    (made,) = section(methods=["norm"], recipe={"batch_norm": "train"}).named_recipes.values()
    assert made.batch_norm == "train"


def test_without_a_recipe_the_preset_for_few_parameters_is_taken():
    assert section(methods=["lora"]).recipe == section(methods=["lora"], recipe="adapt").recipe
    assert section(methods=["lora"]).named_recipes["lora"].rates() == [3e-3, 1e-3, 1e-2]


def test_the_settings_of_lora_are_a_part_of_its_cells_alone():
    small, large = (section(methods=["lora", "bitfit"], lora={"rank": rank}).named_recipes for rank in (4, 8))
    assert small["lora"].asked() != large["lora"].asked()
    assert small["bitfit"].asked() == large["bitfit"].asked()
    assert "lora" not in large["lora"].asked(), "a default is no part of a cell's id"


def test_the_attentive_probe_has_the_recipe_without_what_changes_images():
    recipe = {"preset": "adapt", "epochs": 3, "resolution": 32}
    made = section(methods=["lora", "attentive_probe"], recipe=recipe).named_recipes
    probe = made["attentive_probe"]
    assert probe.reads_tokens
    assert not made["lora"].reads_tokens
    assert (probe.epochs, probe.rates()) == (made["lora"].epochs, made["lora"].rates())
    assert probe.resolution is None
    assert not probe.augmentation.moves
    assert not probe.augmentation.shades
    assert made["lora"].resolution == 32
    other = section(methods=["attentive_probe"], recipe={**recipe, "resolution": 64, "augmentation": {}})
    assert other.named_recipes["attentive_probe"].asked() == probe.asked(), (
        "what it ignores changes no cell id"
    )


def test_a_recipe_of_fine_tuning_cannot_ask_for_the_probe(write_grid):
    recipe = {"trainable": "attentive_probe"}
    path = write_grid(fine_tuning={"backbones": BACKBONES, "recipe": recipe})
    with pytest.raises(UserError, match="trainable"):
        read_grid(path)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"methods": ["loar"]}, "there is no method 'loar'; did you mean 'lora'"),
        ({"methods": ["last_0"]}, "'last_0': last_N trains the last N blocks, N from 1 on"),
        ({"methods": []}, "at least 1 item"),
        ({"methods": ["lora", "lora"]}, "'lora'"),
        ({"methods": ["lora"], "lora": {"rank": 0}}, "greater than or equal to 1"),
        ({"methods": ["lora"], "recipe": {"trainable": "all"}}, "the methods say what is trained"),
        ({"methods": ["lora"], "recipe": {"stages": []}}, "the methods say what is trained"),
        ({"methods": ["lora"], "recipe": "probe_then_tune"}, "take a recipe without stages, such as adapt"),
        ({"methods": ["lora"], "recipe": {"preset": "probe_then_tune"}}, "take a recipe without stages"),
        ({"methods": ["lora"], "recipe": {"lora": {}}}, "give it beside 'recipe'"),
        ({"methods": ["lora"], "recipe": {"epoch": 1}}, "did you mean 'epochs'"),
    ],
)
def test_mistakes_are_named(wrong, message):
    with pytest.raises(ValidationError, match=message):
        section(**wrong)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ({"methods": ["last_0"]}, "adaptation.methods.0: 'last_0': last_N trains"),
        ({"methods": ["lora"], "lora": {"rank": 0}}, "adaptation.lora.rank: Input should be greater"),
        ({"methods": ["lora"], "recipe": {"stages": []}}, "adaptation.recipe.stages: the methods say"),
    ],
)
def test_a_mistake_in_a_grid_file_is_one_line(write_grid, keys, line):
    with pytest.raises(UserError) as told:
        read_grid(write_grid(adaptation={"backbones": BACKBONES, **keys}))
    assert line in str(told.value)
    assert "\n" not in str(told.value)


def test_a_recipe_of_fine_tuning_cannot_have_the_name_of_a_method(write_grid):
    path = write_grid(
        adaptation={"backbones": BACKBONES, "methods": ["norm"]},
        fine_tuning={"backbones": BACKBONES, "recipes": {"norm": "default"}},
    )
    with pytest.raises(UserError, match="'norm' is a method of adaptation too"):
        read_grid(path)
