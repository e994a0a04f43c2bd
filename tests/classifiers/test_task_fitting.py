from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from classifiers.catalogue import CLASSIFIERS
from classifiers.label_problems import LabelProblems
from classifiers.task_fitting import fit_task
from classifiers.train_and_test import TrainTest
from tests.classifiers.problems import HERE

CLASSES = LabelProblems("multiclass", ("a", "b", "c"))
GRADES = LabelProblems("ordinal", ("0", "1", "2"))
FINDINGS = LabelProblems("multilabel", ("x", "y"))
TRAIN, TEST = 150, 100


def grades(seed: int = 0) -> tuple[TrainTest, np.ndarray, np.ndarray]:
    """Three grades by one direction of ten features; two rows a patient. Also the truth of both parts."""
    random = np.random.default_rng(seed)
    x = random.standard_normal((TRAIN + TEST, 10)).astype(np.float32)
    label = np.digitize(x[:, 0] + 0.3 * random.standard_normal(TRAIN + TEST), [-0.4, 0.7])
    truth = (label[:, None] == np.arange(3)).astype(float)
    groups = np.array([f"p{row // 2}" for row in range(TRAIN)], dtype=object)
    data = TrainTest(x[:TRAIN], (label[:TRAIN] > 0).astype(np.int64), groups, x[TRAIN:], seed)
    return data, truth[:TRAIN], truth[TRAIN:]


@pytest.mark.parametrize("name", HERE)
def test_every_classifier_fits_classes_and_grades(name: str) -> None:
    data, truth, tested = grades()
    for problems in (CLASSES, GRADES):
        fit = fit_task(CLASSIFIERS[name], data, truth, problems)
        assert fit.probabilities.shape == (TEST, 3)
        assert fit.probabilities.sum(axis=1) == pytest.approx(np.ones(TEST))
        assert (fit.probabilities >= 0).all()
        assert fit.model is None
        assert fit.judges_others
        assert fit.predict_proba(data.test) == pytest.approx(fit.probabilities, abs=1e-9)
        if name != "majority":
            area = roc_auc_score(tested.argmax(axis=1), fit.probabilities, multi_class="ovr")
            assert area > 0.8
            assert set(fit.thresholds) == set(problems.classes)
            assert set(fit.seconds) == {"select", "fit", "predict"}


def test_findings_are_learnt_from_the_rows_where_they_were_read() -> None:
    data, truth, _ = grades()
    truth = truth[:, 1:].copy()
    alone = fit_task(CLASSIFIERS["logistic_regression"], data, truth, FINDINGS)
    truth[:40, 1] = np.nan
    with_gaps = fit_task(CLASSIFIERS["logistic_regression"], data, truth, FINDINGS)
    assert np.array_equal(alone.probabilities[:, 0], with_gaps.probabilities[:, 0])
    assert not np.array_equal(alone.probabilities[:, 1], with_gaps.probabilities[:, 1])
    read = replace(
        data, train=data.train[40:], labels=truth[40:, 1].astype(np.int64), groups=data.groups[40:]
    )
    own = CLASSIFIERS["logistic_regression"].fit(read)
    assert np.array_equal(own.probabilities, with_gaps.probabilities[:, 1])
    assert with_gaps.thresholds["y"] == pytest.approx(own.threshold)
    assert {key.partition(":")[0] for key in with_gaps.parameters} == {"x", "y"}


def test_a_finding_without_two_patients_gets_its_share_and_stops_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    data, truth, _ = grades()
    truth = truth[:, 1:].copy()
    truth[:, 1] = 0
    truth[0, 1] = 1
    fit = fit_task(CLASSIFIERS["logistic_regression"], data, truth, FINDINGS)
    assert np.unique(fit.probabilities[:, 1]).tolist() == [1 / TRAIN]
    assert fit.predict_proba(data.test) == pytest.approx(fit.probabilities, abs=1e-9)
    wanted = "'y' is not learnt, every image gets its share in training: 1 training patient with it and 75"
    assert wanted in caplog.text
    assert "abnormal" not in caplog.text
    assert fit.selection_auroc > 0.5


def test_nothing_to_learn_is_one_line() -> None:
    data, _truth, _ = grades()
    with pytest.raises(ValueError, match="none of 2 classes can be learnt") as error:
        fit_task(CLASSIFIERS["majority"], data, np.zeros((TRAIN, 2)), FINDINGS)
    assert "\n" not in str(error.value)


def test_studies_are_calibrated_as_the_mean_of_their_views() -> None:
    data, truth, _ = grades()
    truth = np.repeat(truth[::2], 2, axis=0)
    studies = replace(data, units=data.groups)
    fit = fit_task(CLASSIFIERS["logistic_regression"], studies, truth, CLASSES)
    assert set(fit.thresholds) == set(CLASSES.classes)
    assert not np.array_equal(
        fit.probabilities, fit_task(CLASSIFIERS["logistic_regression"], data, truth, CLASSES).probabilities
    )
