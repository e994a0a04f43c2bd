"""Forms and names of fine-tuning's recipes; weights, mean and std of backbones."""

import pytest

from benchmark.errors import UserError
from benchmark.grid.cells import expand
from benchmark.grid.schema import Grid, read_grid
from extractors.specs import BackboneSpec

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
        (
            TWO.replace("last_block:", "full:"),
            "g.yaml:7: fine_tuning.recipes.full: this key is there already, on line 6",
        ),
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


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            "mean: [123.675, 116.28, 103.53], std: [58.4, 57.1, 57.4]",
            r":3: .*mean: .*divide mean and std by 255: mean: \[0.485",
        ),
        ("std: [0.2, 0, 0.2]", ":3: .*std: .*must be above 0"),
        ("mean: [.nan]", ":3: .*mean.0: .nan is no finite number"),
        ("mean: [0.5], std: [0.2, 0.2, 0.2]", ":3: .*mean has 1 values and std has 3"),
        (
            "weights: installed",
            ":3: .*no package brings weights of 'resnet18'; there are some for tf_efficientnet_lite0",
        ),
    ],
)
def test_weights_and_units_that_cannot_be_are_refused_with_their_line(tmp_path, keys, said):
    path = tmp_path / "g.yaml"
    path.write_text(
        f"name: g\ndataset: {{kind: phantom}}\nfine_tuning: {{backbones: [{{name: resnet18, {keys}}}]}}\n"
    )
    with pytest.raises(UserError, match=said) as error:
        read_grid(path)
    assert len(str(error.value).splitlines()) == 1


def test_installed_weights_are_known_with_and_without_their_package(read):
    text = "  recipe: default\nfeature_extraction:\n  backbones: [{name: tf_efficientnet_lite0, weights: installed}]\n"
    grid = read(text + "  classifiers: [majority]\n")
    assert grid.methods()[0].extractor.weights == "installed"


def frozen(tmp_path, entries):
    path = tmp_path / "f.yaml"
    section = f"feature_extraction:\n  classifiers: [logistic_regression]\n  backbones:\n{entries}"
    path.write_text(f"name: g\ndataset: {{kind: phantom}}\n{section}")
    return read_grid(path)


def extractors_of(grid):
    return [cell.extractor for cell in cells_of(grid)]


def test_parts_of_a_concatenation_are_entries_of_the_section_or_their_own(tmp_path):
    grid = frozen(
        tmp_path,
        "    - {name: resnet18, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], label: coral}\n"
        "    - {name: resnet34, weights: random}\n"
        "    - concat: [coral, resnet34-random]\n"
        "    - {concat: [{name: resnet34, flip: average}, resnet18], label: both}\n",
    )
    coral, untrained, together, both = extractors_of(grid)
    assert together.parts == (coral, untrained)
    assert together.label == "coral + resnet34-random"
    assert both.parts == (BackboneSpec("resnet34", flip="average"), BackboneSpec("resnet18"))
    assert both.label == "both"
    assert len({cell.id for cell in cells_of(grid)}) == 4
    for defaults in (True, False):
        assert Grid.model_validate(grid.model_dump(mode="json", exclude_defaults=defaults)) == grid


def test_an_entry_without_flip_keeps_its_id(tmp_path):
    plain, none, mirrored = (
        cells_of(frozen(tmp_path, f"    - {entry}\n"))[0]
        for entry in ("resnet18", '{name: resnet18, flip: ""}', "{name: resnet18, flip: average}")
    )
    assert plain.id == none.id == "dee39e5e15b4"
    assert mirrored.id != plain.id


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            "{name: resnet18, flip: both}",
            "f.yaml:6: feature_extraction.backbones.0.flip: 'both' is not known",
        ),
        ("concat: [resnet18]", "f.yaml:6: feature_extraction.backbones.0.concat: "),
        ("concat: [resnet18, resnet18]", "concat: 'resnet18' is listed twice"),
        ("concat: [resnet18, {concat: [a, b]}]", "backbones.0.concat.1.concat: unknown key"),
        ("{concat: [resnet18, resnet34], weights: random}", "backbones.0.weights: unknown key"),
    ],
)
def test_what_cannot_be_put_together_is_refused_with_its_line(tmp_path, entry, said):
    with pytest.raises(UserError) as caught:
        frozen(tmp_path, f"    - {entry}\n")
    assert said in str(caught.value)


def test_only_frozen_networks_have_mirrored_views(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text(HEAD.replace("[resnet18, resnet34]", "[{name: resnet18, flip: average}]"))
    with pytest.raises(UserError, match="flip: unknown key"):
        read_grid(path)
