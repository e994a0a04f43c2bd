"""The short and the long form of fine-tuning's recipes, and the names that recipes may have."""

import pytest

from benchmark.errors import UserError
from benchmark.grid.cells import expand
from benchmark.grid.schema import Grid, read_grid

HEAD = "name: g\ndataset: {kind: phantom}\nfine_tuning:\n  backbones: [resnet18, resnet34]\n"
TWO = """  recipes:
    full: default
    last_block:
      preset: default
      trainable: last_1_blocks
"""


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "g.yaml"
        path.write_text(HEAD + text)
        return read_grid(path)

    return read


def cells_of(grid):
    return expand(grid, {"all": 500})[0]


def test_each_recipe_is_the_classifier_of_its_cells(read):
    cells = cells_of(read(TWO))
    assert [(cell.backbone, cell.classifier) for cell in cells] == [
        (backbone, recipe) for backbone in ("resnet18", "resnet34") for recipe in ("full", "last_block")
    ]
    assert [cell.recipe.trainable for cell in cells] == ["all", "last_1_blocks"] * 2
    assert len({cell.id for cell in cells}) == 4
    assert all(cell.embedding_extractor is None for cell in cells)


def test_the_short_form_is_one_recipe_called_end_to_end(read):
    forms = ["", "  recipe: default\n", "  recipes: {end_to_end: default}\n"]
    ids = [[cell.id for cell in cells_of(read(form))] for form in forms]
    assert ids[0] == ids[1] == ids[2]
    assert {cell.classifier for cell in cells_of(read(""))} == {"end_to_end"}


def test_recipes_can_be_excluded_by_their_names(read):
    cells = cells_of(read(TWO + "exclude: [{classifier: last_block, backbone: resnet34}]\n"))
    assert [(cell.backbone, cell.classifier) for cell in cells] == [
        ("resnet18", "full"),
        ("resnet18", "last_block"),
        ("resnet34", "full"),
    ]


def test_a_grid_that_is_written_out_reads_as_the_same_grid(read):
    for text in (TWO, "  recipe: default\n"):
        grid = read(text)
        for defaults in (True, False):
            assert Grid.model_validate(grid.model_dump(mode="json", exclude_defaults=defaults)) == grid


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  recipe: default\n" + TWO, "g.yaml:6: fine_tuning.recipes: give either 'recipe' or 'recipes'"),
        ("  recipes: {}\n", "g.yaml:5: fine_tuning.recipes: "),
        (TWO.replace("full", "rbf_svm"), "g.yaml:6: fine_tuning.recipes.rbf_svm: a recipe cannot be called"),
        (TWO.replace("full", "chosen"), "g.yaml:6: fine_tuning.recipes.chosen: a recipe cannot be called"),
        (TWO.replace("full", "a b"), "g.yaml:6: fine_tuning.recipes.a b: String should match pattern"),
        (TWO.replace("last_block:", "full:"), "g.yaml:7: full: this key is there already, on line 6"),
        (TWO.replace("trainable", "epoch"), "g.yaml:9: fine_tuning.recipes.last_block.epoch: unknown key"),
        (
            TWO.replace("last_block", "mura").replace("last_1_blocks", "some"),
            "g.yaml:9: fine_tuning.recipes.mura.trainable: ",
        ),
        (
            TWO + "exclude:\n  - {classifier: majority}\n  - {classifier: last_blok}\n",
            "g.yaml:12: exclude.1.classifier: there is no classifier 'last_blok'; did you mean 'last_block'?",
        ),
        (
            TWO + "exclude: [{strategy: fine_tunin}]\n",
            "g.yaml:10: exclude.0.strategy: 'fine_tunin' is not known; did you mean 'fine_tuning'?",
        ),
    ],
)
def test_a_wrong_recipe_is_named_with_its_line_and_key(read, text, message):
    with pytest.raises(UserError) as caught:
        read(text)
    assert message in str(caught.value)
