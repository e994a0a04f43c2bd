"""Predictions on an external set: written with their digest, read only as the record names them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from benchmark.grid.schema import Evaluation
from benchmark.store.external_files import (
    EXTERNAL,
    OtherClassesError,
    is_whole,
    judged_classes,
    read_external,
    resampled_elsewhere,
    write_external,
    write_external_resamples,
)
from benchmark.store.record import Elsewhere
from benchmark.store.records import DamagedError, Records, resample
from tests.benchmark.recorded import finished

EVALUATION = Evaluation(resamples=100)


@pytest.fixture
def table():
    random = np.random.default_rng(0)
    names = [f"away/{n}" for n in range(60)]
    return pd.DataFrame(
        {
            "image": names,
            "study": names,
            "patient": [f"away/{n // 2}" for n in range(60)],
            "body_part": "hand",
            "label": random.integers(0, 2, 60),
            "probability": random.random(60),
        }
    )


@pytest.fixture
def stored(tmp_path, table):
    records = Records(tmp_path, "g")
    facts = Elsewhere(digest="d", pixels_digest="p")
    written = write_external(records.cell_folder("c1"), "a.b", table, finished(threshold=0.4), facts)
    return records, finished(external={"a.b": written.model_dump()})


def test_counts_metrics_and_rows_are_those_of_the_predictions(stored, table):
    records, record = stored
    facts = record.external["a.b"]
    assert (facts.images, facts.studies, facts.patients) == (60, 60, 30)
    assert facts.positive_studies == table["label"].sum()
    area = facts.metrics["study"]["auroc"]
    assert area.value == pytest.approx(roc_auc_score(table["label"], table["probability"]), abs=1e-12)
    assert (area.low, area.high) == (None, None)
    pd.testing.assert_frame_equal(read_external(records, record, "a.b"), table)
    assert is_whole(records, record, "a.b")


def test_resamples_are_kept_beside_them_and_belong_to_these_predictions(stored, table):
    records, record = stored
    folder = records.cell_folder("c1")
    write_external_resamples(folder, record, "a.b", table, EVALUATION)
    assert sorted(path.name for path in (folder / EXTERNAL).iterdir()) == ["a.b.npz", "a.b.parquet"]
    expected = resample(table, record, EVALUATION)
    for _ in range(2):
        found = resampled_elsewhere(records, record, "a.b", EVALUATION)
        assert (found.drawn == expected.drawn).all()
        assert (found.value, found.patients) == (expected.value, expected.patients)
        (folder / EXTERNAL / "a.b.npz").unlink(missing_ok=True)


def test_other_bytes_than_the_record_names_are_refused(stored):
    records, record = stored
    path = records.cell_folder("c1") / EXTERNAL / "a.b.parquet"
    path.write_bytes(b"other")
    assert not is_whole(records, record, "a.b")
    with pytest.raises(DamagedError, match="was damaged"):
        read_external(records, record, "a.b")
    path.unlink()
    assert not is_whole(records, record, "a.b")
    with pytest.raises(DamagedError, match="cannot be read"):
        read_external(records, record, "a.b")


def test_a_fit_that_cannot_judge_other_images_has_nothing_to_keep(tmp_path):
    facts = {"digest": "d", "pixels_digest": "p", "why_not": "no model"}
    assert is_whole(Records(tmp_path, "g"), finished(external={"a": facts}), "a")


def test_classes_are_the_same_on_both_test_sets_and_findings_those_that_both_have():
    images = pd.DataFrame({"label": [0, 1, 1], "label:x": [0, 1, 1.0], "label:y": [1, np.nan, 1.0]})
    known = {name: {} for name in ("a", "b")}
    of_classes = finished(task="multiclass", classes=["a", "b", "c"], class_metrics=known)
    assert judged_classes(images, of_classes) == ["a", "b", "c"], "of c there is nobody on either"
    with pytest.raises(OtherClassesError, match="the class 'b' is not in both test sets"):
        judged_classes(images[:1], of_classes)
    known = {name: {} for name in ("y", "x")}
    of_findings = finished(task="multilabel", classes=["x", "y", "z"], class_metrics=known)
    assert judged_classes(images, of_findings) == ["x"]
    with pytest.raises(OtherClassesError, match="no finding has both values"):
        judged_classes(images.drop(columns="label:x"), of_findings)
    assert judged_classes(images, finished()) == []
