import pandas as pd
import pytest

from benchmark.grid.schema import Evaluation
from benchmark.store.measures import is_measured, measured, measured_again, resample, settings_of
from results.evaluation import evaluate
from results.label_tasks import TWO_CLASSES, LabelTask
from tests.benchmark.recorded import COUNTS, finished
from tests.benchmark.store.test_records import ROWS

GRADES = LabelTask("ordinal", ("0", "1"))
EVALUATION = Evaluation(confidence=0.9, resamples=100, primary="quadratic_kappa")
GRADED = ROWS.drop(columns="probability").assign(
    **{"probability:0": 1 - ROWS["probability"], "probability:1": ROWS["probability"]}
)


def graded(**changes):
    found = measured(GRADED, GRADES, 0.5, {}, EVALUATION)
    keys = {"task": "ordinal", "classes": ["0", "1"], "evaluation": settings_of(EVALUATION)}
    return finished(**keys | found | {"counts": COUNTS | found["counts"]} | changes)


def test_two_classes_are_measured_as_ever():
    assert measured(ROWS, TWO_CLASSES, 0.4, {}, EVALUATION) == evaluate(
        ROWS, threshold=0.4, confidence=0.9, resamples=100
    )


def test_a_record_of_grades_is_measured_until_the_settings_change():
    record = graded()
    assert is_measured(record, EVALUATION)
    other = EVALUATION.model_copy(update={"resamples": 200})
    assert not is_measured(record, other)
    again = measured_again(record, GRADED, other)
    assert is_measured(again, other)
    assert again.counts.train_images == COUNTS["train_images"]
    assert not is_measured(graded(metrics={"study": {}, "image": {}}), EVALUATION)


def test_counts_of_training_cases_stay_where_a_record_is_measured_again():
    record = graded(class_counts={"1": {"train_images": 7, "test_studies": 0}})
    found = measured_again(record, GRADED, EVALUATION).class_counts["1"]
    assert (found["train_images"], found["test_studies"]) == (7, 20)


def test_the_primary_metric_of_grades_is_resampled():
    record = graded()
    found = resample(GRADED, record, EVALUATION)
    assert found.drawn.shape == (100,)
    assert found.value == pytest.approx(record.metrics["study"]["quadratic_kappa"].value)
    assert isinstance(GRADED, pd.DataFrame)
