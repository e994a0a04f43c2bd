from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.execution.plan import make_plan
from benchmark.execution.subsets import Subsets
from benchmark.grid.schema import FullSize, Grid
from benchmark.store.records import Records
from results.label_tasks import LabelTask
from tests.planted_study import planted_manifest


@pytest.fixture
def plan(tmp_path: Path):
    content = {
        "name": "g",
        "dataset": {"kind": "mura", "root": "planted"},
        "body_parts": ["all", "elbow"],
        "hand_crafted": {"descriptors": ["edges"], "classifiers": ["majority"]},
    }
    manifest = planted_manifest(["elbow", "wrist"], 200, 80)
    return make_plan(Grid.model_validate(content), manifest, Records(tmp_path, "g"))


@pytest.fixture
def subsets(plan):
    return Subsets(plan)


def test_label_noise_is_in_the_training_labels_alone(subsets):
    own, noisy = (subsets.subset("all", "full", 0, name) for name in ("", "label_noise_0.2"))
    assert (noisy.train_rows == own.train_rows).all()
    assert noisy.seed == own.seed
    pd.testing.assert_frame_equal(noisy.test_images, own.test_images)
    changed = own.train_images["patient"][noisy.labels != own.labels].nunique()
    assert changed == round(0.2 * own.train_images["patient"].nunique())
    assert noisy.labels.tolist() == noisy.train_images["label"].tolist()


def test_shuffled_labels_are_on_the_same_images(subsets):
    own, control = (subsets.subset("all", "full", 0, name) for name in ("", "shuffled_labels"))
    assert (control.train_rows == own.train_rows).all()
    assert (control.test_rows == own.test_rows).all()
    for before, after in (
        (own.train_images, control.train_images),
        (own.test_images, control.test_images),
    ):
        pd.testing.assert_frame_equal(after.drop(columns="label"), before.drop(columns="label"))
        changed = (after["label"] != before["label"]).mean()
        assert 0.3 < changed < 0.7, "half of the labels of a balanced set change by chance"
    assert control.labels.tolist() == control.train_images["label"].tolist()
    found = [
        images.groupby("study")["label"].nunique().max()
        for images in (control.train_images, control.test_images)
    ]
    assert found == [1, 1]


def test_the_leaky_split_is_by_image_and_leaves_the_own_split_alone(plan, subsets):
    before = subsets.subset("all", "full", 0)
    leaky = subsets.subset("all", "full", 0, "leaky_split")
    assert set(leaky.train_images["patient"]) & set(leaky.test_images["patient"])
    assert not set(before.train_images["patient"]) & set(before.test_images["patient"])
    assert len(leaky.train_rows) + len(leaky.test_rows) == len(plan.manifest.images)
    assert len(set(leaky.groups)) == len(leaky.groups), "folds divide patients as well"
    again = subsets.subset("all", "full", 0)
    assert (again.train_rows == before.train_rows).all()
    elbow = subsets.subset("elbow", "full", 0, "leaky_split")
    assert set(elbow.train_images["body_part"]) == {"elbow"}
    assert len(elbow.train_rows) == plan.pool_size("elbow", "leaky_split")


def test_skipped_images_are_in_no_split(plan):
    skipped = {plan.pool[0], plan.test[0]}
    rest = replace(plan, pool=plan.pool[1:], test=plan.test[1:])
    leaky = Subsets(rest).subset("all", "full", 0, "leaky_split")
    assert not skipped & {*leaky.train_rows, *leaky.test_rows}


def test_a_drawn_full_is_smaller_than_the_pool_in_controls_too(plan):
    grid = plan.grid.model_copy(update={"full": FullSize(resample="patients", share=0.5)})
    subsets = Subsets(replace(plan, grid=grid))
    own, leaky = (subsets.subset("all", "full", 0, control) for control in ("", "leaky_split"))
    assert (own.pool_images, leaky.pool_images) == (len(plan.pool), plan.pool_size("all", "leaky_split"))
    assert len(own.train_rows) == pytest.approx(own.pool_images / 2, rel=0.1)
    assert len(leaky.train_rows) == -(-leaky.pool_images // 2), "half of the images"
    shuffled = subsets.subset("all", "full", 0, "shuffled_labels")
    assert (shuffled.train_rows == own.train_rows).all()


@pytest.fixture
def findings(plan):
    """The same plan with two findings, of which one is not read in elbows."""
    images = plan.manifest.images
    table = images.assign(**{"label:mass": images["label"].astype(float), "label:gap": 0.0})
    table.loc[images["body_part"] == "elbow", "label:gap"] = float("nan")
    table.loc[images.index[images["body_part"] == "wrist"][:9], "label:gap"] = 1.0
    task = LabelTask("multilabel", ("mass", "gap"))
    return Subsets(replace(plan, manifest=replace(plan.manifest, images=table, task=task)))


def test_findings_come_with_what_was_read(findings):
    subset = findings.subset("all", "full", 0)
    assert subset.truth.shape == (len(subset.train_rows), 2)
    assert (subset.truth[:, 0] == subset.labels).all()
    elbow = (subset.train_images["body_part"] == "elbow").to_numpy()
    assert (np.isnan(subset.truth[:, 1]) == elbow).all()
    assert subset.positive_images == int((subset.truth == 1).any(axis=1).sum())
    own = subset.train_images[subset.truth[:, 0] == 1]
    assert subset.training_counts("mass") == {
        "train_images": len(own),
        "train_patients": own["patient"].nunique(),
    }


def test_the_shuffled_control_moves_all_findings_of_a_study_together(findings):
    own, control = (findings.subset("all", "full", 0, name) for name in ("", "shuffled_labels"))
    pairs = [sorted(map(str, one.truth.tolist())) for one in (own, control)]
    assert len(pairs[0]) == len(pairs[1])
    assert not np.array_equal(own.truth, control.truth, equal_nan=True)
    assert (control.truth[:, 0] == control.labels).all()


def test_two_classes_have_no_columns_of_findings(subsets):
    subset = subsets.subset("all", "full", 0)
    assert subset.train_images.columns.tolist() == ["image", "study", "patient", "body_part", "label"]
    assert subset.positive_images == int(subset.labels.sum())
