from pathlib import Path

import numpy as np
import pytest

from benchmark.datasets.kinds import DATASET_KINDS, PhantomDataset
from benchmark.datasets.phantom.labels import CLASSES, GRADES, with_task

SETTINGS = {"kind": "phantom", "patients": 60, "long_side": 32, "seed": 3}


def read(cache: Path, task: str, *, drawn: bool = False):
    keys, kind = PhantomDataset.model_validate(SETTINGS | {"task": task}), DATASET_KINDS["phantom"]
    assert kind.plan is not None
    return kind.read(keys, cache, 1) if drawn else kind.plan(keys, cache)


@pytest.mark.parametrize("task", ["multiclass", "multilabel", "ordinal"])
def test_a_phantom_has_the_same_labels_before_and_after_it_is_drawn(task: str, tmp_path: Path) -> None:
    planned, drawn = read(tmp_path, task), read(tmp_path, task, drawn=True)
    assert planned.task == drawn.task
    assert planned.task.kind == task
    assert planned.images.equals(drawn.images)
    assert len(list((tmp_path / "phantom").iterdir())) == 1, "every task shares the drawn images"


def test_the_labels_agree_with_the_two_classes(tmp_path: Path) -> None:
    binary, kinds, grades, findings = (
        read(tmp_path, task) for task in ("binary", "multiclass", "ordinal", "multilabel")
    )
    abnormal = binary.images["label"].to_numpy() == 1
    assert (kinds.task.classes, grades.task.classes) == (CLASSES, GRADES)
    assert np.array_equal(kinds.images["label"] > 0, abnormal)
    assert np.array_equal(grades.images["label"] > 0, abnormal)
    assert set(grades.images["label"]) == {0, 1, 2}
    truth = findings.task.truth(findings.images)
    assert np.array_equal(np.nansum(truth[:, :-1], axis=1) > 0, np.isin(kinds.images["label"], [1, 2, 3]))
    assert np.isnan(truth[:, -1]).any()
    assert not np.isnan(truth[:, :-1]).any()


def test_the_views_of_a_study_have_one_label(tmp_path: Path) -> None:
    for task in ("multiclass", "multilabel", "ordinal"):
        manifest = read(tmp_path, task)
        by_study = manifest.images.groupby("study")[manifest.task.label_columns].nunique(dropna=False)
        assert (by_study == 1).all().all()


@pytest.mark.parametrize("difficulty", [0.0, 0.5, 1.0])
def test_a_phantom_of_any_difficulty_has_subtle_and_plain_ones(difficulty: float, tmp_path: Path) -> None:
    keys = PhantomDataset.model_validate(
        SETTINGS | {"task": "ordinal", "difficulty": difficulty, "patients": 200}
    )
    plan = DATASET_KINDS["phantom"].plan
    assert plan is not None
    counts = plan(keys, tmp_path).images["label"].value_counts()
    assert counts[1] > 30
    assert counts[2] > 30


def test_two_classes_stay_as_they_are(tmp_path: Path) -> None:
    manifest = read(tmp_path, "binary")
    assert with_task(manifest, "binary", patients=60, difficulty=0.5, seed=3) is manifest
