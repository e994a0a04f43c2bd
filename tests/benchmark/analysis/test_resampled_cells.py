"""Finished cells by setting and method, with their metric in every resampling."""

from dataclasses import replace

import numpy as np
import pytest

from benchmark.analysis.resampled_cells import CHOSEN, Method, ResampledCells, read_resampled_cells
from benchmark.execution.executors import Share
from benchmark.grid.schema import Evaluation
from tests.benchmark.recorded import COUNTS, finished


def test_the_majority_control_is_never_chosen(findings):
    for chosen in findings.evaluated.chosen.values():
        assert set(chosen) == {
            Method("feature_extraction", "resnet18", CHOSEN),
            Method("feature_extraction", "resnet34", CHOSEN),
            Method("fine_tuning", "resnet18", ""),
            Method("fine_tuning", "resnet34", ""),
            Method("hand_crafted", "", CHOSEN),
        }
        assert all(record.classifier != "majority" for side in chosen.values() for record in side.values())


def test_the_metric_is_resampled_as_a_single_cell_is(findings):
    evaluated = findings.evaluated
    record = evaluated.finished[5]
    value, drawn, patients = evaluated.predicted(record).per_unit("study").resampled("auroc", 200)
    assert patients < record.counts.test_patients, "those of the rarer label"
    assert evaluated.resampled[record.cell].value == value == record.bounded("study", "auroc").value
    np.testing.assert_array_equal(evaluated.resampled[record.cell].drawn, drawn.astype(np.float32))


def test_sizes_ascend_within_a_body_part_and_full_comes_last(findings):
    evaluated = findings.evaluated
    found = [(setting.body_part, setting.train_size) for setting in evaluated.by_setting]
    assert found == [(part, size) for part in ("all", "elbow", "wrist") for size in (50, 400, "full")]
    assert {part: setting.train_size for part, setting in evaluated.largest.items()} == dict.fromkeys(
        ("all", "elbow", "wrist"), "full"
    )


def test_a_method_is_named_in_the_words_of_tables():
    assert Method("fine_tuning", "resnet18", "").name == "fine-tuned · resnet18"
    assert Method("hand_crafted", "", CHOSEN).name == "hand-crafted · chosen"


def test_what_is_kept_is_read_and_not_resampled_again(findings, monkeypatch):
    evaluated = findings.evaluated
    monkeypatch.setattr("benchmark.store.records.resample", lambda *_: pytest.fail("resampled again"))
    again = read_resampled_cells(evaluated.evaluation, evaluated.records, evaluated.finished, Share(1, 1))
    assert again.resampled.keys() == evaluated.resampled.keys()
    cell = evaluated.finished[0].cell
    np.testing.assert_array_equal(again.resampled[cell].drawn, evaluated.resampled[cell].drawn)


def counted(seed, images, pool=None, **changes):
    counts = COUNTS | {"train_images": images, "train_patients": images // 3, "pool_images": pool}
    return finished(cell=f"{changes.get('train_size', 100)}-{seed}", seed=seed, counts=counts, **changes)


def cells_of(*found):
    return ResampledCells(Evaluation(), None, found, {})


def test_seeds_with_other_numbers_of_images_are_at_one_setting():
    drawn = {"train_size": "full", "patient_share": 0.9}
    evaluated = cells_of(counted(0, 900, 1000, **drawn), counted(1, 903, 1000, **drawn), counted(0, 100))
    small, full = evaluated.by_setting
    assert full == ("hand", "full (90 % of patients)", 902, 300)
    assert [record.seed for record in evaluated.by_setting[full]] == [0, 1]
    assert small[:3] == ("hand", 100, 100)
    assert evaluated.largest == {"hand": full}


def test_a_method_more_at_one_seed_does_not_weigh_the_size():
    drawn = {"train_size": "full", "patient_share": 0.9}
    more = [counted(0, 900, 1000, **drawn, backbone=name) for name in ("a", "b", "c")]
    (setting,) = cells_of(*more, counted(1, 910, 1000, **drawn)).by_setting
    assert setting.images == 905


def test_training_images_are_the_same_for_all_seeds_only_where_they_are_the_whole_pool():
    def same(*found):
        evaluated = cells_of(*found)
        return {
            setting.train_size: evaluated.same_training_images(setting) for setting in evaluated.by_setting
        }

    assert same(counted(0, 900, 900, train_size="full")) == {"full": True}
    assert same(counted(0, 100, 900), counted(1, 100, 900)) == {100: False}
    assert same(counted(0, 900, 900, train_size=900)) == {900: True}
    drawn = {"train_size": "full", "patient_share": 0.9}
    assert list(same(counted(0, 810, 900, **drawn), counted(1, 812, 900, **drawn)).values()) == [False]


def test_records_without_the_number_of_all_images_are_compared_with_full():
    old = [counted(seed, 900, train_size=size) for seed in (0, 1) for size in (900, "full")]
    evaluated = cells_of(*old, counted(0, 100))
    found = {setting.train_size: evaluated.same_training_images(setting) for setting in evaluated.by_setting}
    assert found == {100: False, 900: True, "full": True}
    alone = cells_of(counted(0, 100))
    assert not any(map(alone.same_training_images, alone.by_setting))


def with_heads(evaluated, selection_auroc):
    """The cells, and those of a second recipe whose training folds had this AUROC."""
    heads = [
        record.model_copy(update={"classifier": "head", "selection_auroc": selection_auroc})
        for record in evaluated.finished
        if record.strategy == "fine_tuning"
    ]
    return replace(evaluated, finished=[*evaluated.finished, *heads])


def test_training_folds_choose_among_recipes(findings):
    for auroc, name in ((0.0, "end_to_end"), (1.0, "head")):
        both = with_heads(findings.evaluated, auroc)
        for chosen in both.chosen.values():
            tuned = {m: side for m, side in chosen.items() if m.strategy == "fine_tuning"}
            assert {(m.backbone, m.classifier) for m in tuned} == {("resnet18", ""), ("resnet34", "")}
            assert {record.classifier for side in tuned.values() for record in side.values()} == {name}


def test_a_recipe_stands_by_itself_where_there_are_several(findings):
    assert not any(findings.evaluated.recipes.values())
    for recipes in with_heads(findings.evaluated, 0.0).recipes.values():
        assert {(m.backbone, m.classifier) for m in recipes} == {
            (backbone, recipe) for backbone in ("resnet18", "resnet34") for recipe in ("end_to_end", "head")
        }
