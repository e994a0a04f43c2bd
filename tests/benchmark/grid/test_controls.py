"""Which cells a grid's controls add; what running them gives is in test_controls_run.py."""

from collections import Counter

import pandas as pd
import pytest

from benchmark.errors import UserError
from benchmark.grid.cells import expand
from benchmark.grid.controls import expand_controls
from benchmark.grid.schema import Grid
from results.names import CONTROL_NAMES

CONTENT = {
    "name": "g",
    "dataset": {"kind": "phantom"},
    "body_parts": ["all", "hand"],
    "train_sizes": [50, 100, "full"],
    "seeds": [0, 1],
    "feature_extraction": {
        "backbones": ["resnet18", "resnet34"],
        "classifiers": ["logistic_regression", "rbf_svm"],
    },
    "fine_tuning": {"backbones": ["resnet18"]},
    "hand_crafted": {"descriptors": ["edges"], "classifiers": ["logistic_regression"]},
}
IMAGES = pd.DataFrame(  # two patients of two images in each of two parts
    {"body_part": ["hand", "wrist"] * 4, "patient": ["a", "b", "a", "b", "c", "d", "c", "d"]}
)
SIZES = {"all": 500, "hand": 80}
METHODS, PARTS, SEEDS = 2 * 2 + 1 + 1, 2, 2


def grid(*controls, **changes):
    return Grid.model_validate(CONTENT | {"controls": list(controls)} | changes)


def expanded(*controls, images=IMAGES, by_image=SIZES, **changes):
    def pool_size(part, control):
        return (by_image if control == "leaky_split" else SIZES)[part]

    return expand_controls(grid(*controls, **changes), images, pool_size)


def test_a_grid_without_controls_has_none():
    assert expanded() == ([], [])


def test_cells_with_label_noise_stand_beside_and_change_no_other_cell():
    cells, left_out = expanded(noise={"share": [0, 0.1, 0.2]})
    assert {cell.control for cell in cells} == {"label_noise_0.1", "label_noise_0.2"}
    assert (len(cells), left_out) == (2 * METHODS * PARTS * SEEDS, [])
    assert {cell.train_size for cell in cells} == {"full"}
    own = [cell.id for cell in expand(grid(), SIZES)[0]]
    assert [cell.id for cell in expand(grid(noise={"share": 0.1}), SIZES)[0]] == own
    assert not {cell.id for cell in cells} & set(own)


@pytest.mark.parametrize("control", ["shuffled_labels", "leaky_split"])
def test_every_method_stands_at_the_largest_size(control):
    cells, left_out = expanded(control)
    assert (len(cells), left_out) == (METHODS * PARTS * SEEDS, [])
    assert {cell.train_size for cell in cells} == {"full"}
    assert {cell.control for cell in cells} == {control}
    own, _ = expand(grid(train_sizes=["full"]), SIZES)
    axes = [{name: value for name, value in cell.axes.items() if name != "control"} for cell in cells]
    assert axes == [cell.axes for cell in own]


def test_the_largest_size_in_images_is_what_the_body_part_allows():
    cells, left_out = expanded("shuffled_labels", train_sizes=[50, 100])
    assert {(cell.body_part, cell.train_size) for cell in cells} == {("all", 100), ("hand", 50)}
    assert not left_out


def test_majority_learns_nothing_from_shuffled_labels_and_is_left_out_silently():
    section = {"backbones": ["resnet18"], "classifiers": ["majority", "logistic_regression"]}
    cells, _ = expanded("shuffled_labels", feature_extraction=section)
    assert "majority" not in {cell.classifier for cell in cells}


def test_networks_with_random_weights_are_added_once_per_strategy():
    cells, _ = expanded("random_weights")
    methods = Counter((cell.strategy, cell.backbone) for cell in cells)
    assert methods == {
        ("feature_extraction", "resnet18-random"): 2 * PARTS * SEEDS,
        ("feature_extraction", "resnet34-random"): 2 * PARTS * SEEDS,
        ("fine_tuning", "resnet18-random"): PARTS * SEEDS,
    }
    assert {cell.extractor.weights for cell in cells} == {"random"}


def test_a_network_that_the_grid_has_with_random_weights_is_not_added_again(tmp_path):
    weights = tmp_path / "w.safetensors"
    weights.write_bytes(b"")
    halves = {"mean": [0.5] * 3, "std": [0.5] * 3}
    own = {"name": "resnet18", "weights": str(weights), **halves}
    frozen = {"backbones": [own, {"name": "resnet18", "weights": "random"}], "classifiers": ["rbf_svm"]}
    cells, _ = expanded("random_weights", feature_extraction=frozen, fine_tuning={"backbones": [own]})
    assert {(cell.strategy, cell.backbone) for cell in cells} == {("fine_tuning", "resnet18-random")}
    assert {cell.extractor.mean for cell in cells} == {None}, "the same untrained network as the frozen one"


def test_the_network_of_the_project_has_its_own_untrained():
    frozen = {"backbones": ["bundled"], "classifiers": ["rbf_svm"]}
    cells, _ = expanded("random_weights", feature_extraction=frozen, fine_tuning=None)
    assert {(cell.backbone, cell.extractor.weights) for cell in cells} == {("bundled-random", "random")}


def test_two_weights_of_one_network_have_one_control():
    other = {"name": "resnet18", "mean": [0.5] * 3, "std": [0.5] * 3, "label": "halves"}
    frozen = {"backbones": ["resnet18", other], "classifiers": ["rbf_svm"]}
    cells, _ = expanded("random_weights", feature_extraction=frozen, fine_tuning=None)
    assert len(cells) == PARTS * SEEDS


def test_a_label_that_is_taken_is_said():
    frozen = {
        "backbones": ["resnet18", {"name": "resnet34", "label": "resnet18-random"}],
        "classifiers": ["rbf_svm"],
    }
    with pytest.raises(UserError, match="two extractors are called 'resnet18-random'"):
        expanded("random_weights", feature_extraction=frozen)


def test_majority_stands_at_every_size_unless_the_grid_has_it():
    cells, left_out = expanded("majority")
    assert len(cells) == 3 * SEEDS + 2 * SEEDS
    assert {left.reason for left in left_out} == {"hand has 80 training images"}
    section = {"descriptors": ["edges"], "classifiers": ["majority"]}
    assert expanded("majority", hand_crafted=section) == ([], [])


def test_the_body_part_predicts_only_where_there_are_several():
    cells, left_out = expanded("body_part")
    assert {cell.body_part for cell in cells} == {"all"}
    assert {left.cell.body_part for left in left_out} == {"hand"}
    assert all("same body part" in left.reason for left in left_out)
    cells, left_out = expanded("body_part", images=IMAGES[IMAGES["body_part"] == "hand"])
    assert not cells
    assert len(left_out) == PARTS * SEEDS


def test_a_split_that_leaks_already_or_cannot_leak_is_left_out():
    by_image = {"kind": "phantom", "protocol": "image"}
    cells, left_out = expanded("leaky_split", dataset=by_image)
    assert not cells
    assert {left.reason for left in left_out} == {"the grid's own split is by image already"}
    single = IMAGES.assign(patient=range(len(IMAGES)))
    cells, left_out = expanded("leaky_split", images=single)
    assert not cells
    assert all("each patient has one image" in left.reason for left in left_out)


def test_a_size_above_the_pool_of_the_split_by_image_is_left_out():
    cells, left_out = expanded("leaky_split", train_sizes=[100], by_image={"all": 90, "hand": 70})
    assert not cells
    assert {left.reason for left in left_out} == {"the data set has 90 training images"}


def test_exclusions_may_name_a_control():
    rule = {"control": "shuffled_labels", "seed": 1}
    cells, left_out = expanded("shuffled_labels", "leaky_split", exclude=[rule])
    assert Counter(cell.control for cell in cells) == {"shuffled_labels": 12, "leaky_split": 24}
    assert {left.reason for left in left_out} == {"excluded by the grid (seed: 1, control: shuffled_labels)"}
    assert expand(grid(exclude=[rule]), SIZES)[0] == expand(grid(), SIZES)[0], (
        "ordinary cells have no control"
    )


def test_ids_of_all_cells_differ_and_are_those_of_the_question():
    controls, _ = expanded(*CONTROL_NAMES)
    own, _ = expand(grid(), SIZES)
    ids = [cell.id for cell in [*own, *controls]]
    assert len(set(ids)) == len(ids)
    assert [cell.id for cell in expand(grid(*CONTROL_NAMES), SIZES)[0]] == [cell.id for cell in own]
    assert "control" not in own[0].axes
    assert controls[0].axes["control"] == "shuffled_labels"


def test_mirrored_views_have_a_control_of_their_own_and_concatenations_none():
    entries = ["resnet18", {"name": "resnet18", "flip": "average"}, {"concat": ["resnet18", "resnet34"]}]
    frozen = {"backbones": entries, "classifiers": ["knn"]}
    cells, _ = expanded("random_weights", feature_extraction=frozen, fine_tuning=None)
    assert {cell.backbone for cell in cells} == {"resnet18-random", "resnet18-random-flip"}
