import pytest

from benchmark.errors import UserError
from benchmark.grid.cells import expand
from benchmark.grid.schema import Grid

CONTENT = {
    "name": "g",
    "dataset": {"kind": "phantom"},
    "body_parts": ["all", "hand"],
    "train_sizes": [100, "full"],
    "seeds": [0, 1],
    "feature_extraction": {"backbones": ["resnet18"], "classifiers": ["logistic_regression", "majority"]},
    "hand_crafted": {"descriptors": ["edges"], "classifiers": ["logistic_regression"]},
}
SIZES = {"all": 500, "hand": 80}


def grid(**changes):
    return Grid.model_validate(CONTENT | changes)


def test_one_label_is_one_network():
    plain, other = {"name": "resnet18"}, {"name": "resnet18", "mean": [0.5] * 3, "std": [0.5] * 3}
    frozen = {"backbones": [plain], "classifiers": ["majority"]}
    expand(grid(feature_extraction=frozen, fine_tuning={"backbones": [plain]}), SIZES)
    with pytest.raises(UserError, match="'resnet18' is not the same network"):
        expand(grid(feature_extraction=frozen, fine_tuning={"backbones": [other]}), SIZES)
    named = other | {"label": "resnet18-halves"}
    expand(grid(feature_extraction=frozen, fine_tuning={"backbones": [named]}), SIZES)


def ids(cells):
    return [cell.id for cell in cells]


def test_the_grid_spans_every_combination():
    cells, left_out = expand(grid(), SIZES)
    assert len(cells) + len(left_out) == 2 * 2 * 2 * 3
    assert len(set(ids(cells))) == len(cells)


def test_a_size_above_the_pool_is_left_out_with_the_reason():
    _, left_out = expand(grid(), SIZES)
    assert {left.cell.body_part for left in left_out} == {"hand"}
    assert {left.reason for left in left_out} == {"hand has 80 training images"}


def test_exclusions_need_every_key_to_agree():
    rule = {"classifier": "majority", "train_size": "full"}
    cells, left_out = expand(grid(exclude=[rule]), {"all": 500, "hand": 500})
    assert len(left_out) == 4
    assert all("excluded by the grid" in left.reason for left in left_out)
    assert any(cell.classifier == "majority" for cell in cells)


def test_an_id_is_what_was_asked_and_nothing_else():
    cells, _ = expand(grid(), SIZES)
    other_name, _ = expand(grid(name="h"), SIZES)
    with_default, _ = expand(grid(image={"size": 224, "fit": "pad"}), SIZES)
    other_size, _ = expand(grid(image={"size": 128}), SIZES)
    assert ids(cells) == ids(other_name) == ids(with_default)
    assert not set(ids(cells)) & set(ids(other_size))


def test_an_id_stays_what_it_was():
    """Ids name result folders: a change here orphans every record that users have.

    The recipe is the preset `default` of the first version, spelt out.
    """
    shifts = {"flip": 0.5, "rotate": 10, "shift": 0.05, "zoom": 0.1}
    greys = {"brightness": 0.1, "contrast": 0.2, "gamma": 0.2}
    recipe = {"learning_rate": 1e-3, "backbone_learning_rate": 3e-4, "warmup_epochs": 1, "ema": 0.9}
    recipe["augmentation"] = shifts | greys
    cells, _ = expand(grid(fine_tuning={"backbones": ["resnet18"], "recipe": recipe}), SIZES)
    ids_of = {
        strategy: ids(c for c in cells if c.strategy == strategy)
        for strategy in ("hand_crafted", "fine_tuning")
    }
    assert cells[0].id == "abeb7902d005"
    assert ids_of["hand_crafted"][-1] == "c6de1a2a2530"
    assert ids_of["fine_tuning"][:2] == ["80b35875ff8b", "964c68be1ca7"]


def test_only_the_size_full_has_another_id_where_seeds_draw_its_patients():
    drawn = {"resample": "patients", "share": 0.9}
    (plain, _), (changed, _), (other, _) = (
        expand(grid(**keys), SIZES) for keys in ({}, {"full": drawn}, {"full": drawn | {"share": 0.8}})
    )
    sizes = [cell.train_size for cell in plain]
    assert [cell.train_size for cell in changed] == sizes
    same = [one.id == two.id for one, two in zip(plain, changed, strict=True)]
    assert same == [size != "full" for size in sizes]
    assert changed[0].id == "abeb7902d005", "100 images: the records of users stay"
    assert next(cell.id for cell in changed if cell.train_size == "full") == "5b1ed3caeee1"
    assert not {c.id for c in changed if c.train_size == "full"} & set(ids(other))


def test_the_folder_of_a_weights_file_is_not_part_of_the_id(tmp_path):
    def first_id(folder):
        folder.mkdir()
        (folder / "w.safetensors").write_bytes(b"")
        backbones = [{"name": "resnet18", "weights": str(folder / "w.safetensors")}]
        section = {"backbones": backbones, "classifiers": ["majority"]}
        return expand(grid(feature_extraction=section), SIZES)[0][0].id

    assert first_id(tmp_path / "a") == first_id(tmp_path / "b")


def test_the_bundled_network_is_asked_for_by_its_name_alone():
    def extractor(entry):
        section = {"backbones": [entry], "classifiers": ["majority"]}
        return expand(grid(feature_extraction=section), SIZES)[0][0].extractor

    assert extractor("bundled").asked() == {"name": "bundled"}
    assert extractor({"name": "bundled", "weights": "bundled"}) == extractor("bundled")
    assert extractor({"name": "bundled", "weights": "random"}).label == "bundled-random"


def test_a_classifier_that_cannot_be_used_here_is_left_out_with_the_reason(monkeypatch):
    monkeypatch.delenv("BENCHMARK_TABICL", raising=False)
    both = {"backbones": ["resnet18"], "classifiers": ["knn", "tabicl"]}
    cells, left_out = expand(grid(feature_extraction=both), SIZES)
    assert {cell.classifier for cell in cells} == {"knn", "logistic_regression"}
    absent = [left for left in left_out if left.cell.classifier == "tabicl" and left.cell.body_part == "all"]
    assert len(absent) == 2 * 2
    assert all("TabICL" in left.reason for left in absent)


def test_mirrored_views_of_a_network_may_have_its_name():
    """So that the fine-tuned network is compared with them."""
    mirrored = {"name": "resnet18", "flip": "average", "label": "resnet18"}
    frozen = {"backbones": [mirrored], "classifiers": ["knn"]}
    cells, _ = expand(grid(feature_extraction=frozen, fine_tuning={"backbones": ["resnet18"]}), SIZES)
    assert {cell.backbone for cell in cells} == {"resnet18", "edges"}
