import pytest

from benchmark.app.own_test import own_test


def test_the_numbers_are_those_of_the_record_and_its_predictions(kept_run, kept):
    _, records = kept_run
    record = kept["feature_extraction", "logistic_regression"].record
    found = own_test(records, record, record.body_part)
    assert found.metrics["AUROC"] == record.metrics["study"]["auroc"]
    assert list(found.metrics)[1] == "sensitivity (chosen threshold)"
    counts = record.counts
    assert (found.studies, found.abnormal) == (counts.test_studies, counts.test_positive_studies)
    assert found.patients == counts.test_patients
    assert found.confidence == record.evaluation.confidence


def test_a_body_part_of_a_model_of_all_has_its_own_numbers(kept_run, kept):
    _, records = kept_run
    record = kept["feature_extraction", "logistic_regression"].record
    assert record.body_part == "all"
    parts = [own_test(records, record, part) for part in record.body_part_metrics]
    assert len(parts) > 1
    assert sum(part.studies for part in parts) == record.counts.test_studies
    assert sum(part.abnormal for part in parts) == record.counts.test_positive_studies
    for part, found in zip(record.body_part_metrics, parts, strict=True):
        assert found.metrics["AUROC"] == record.body_part_metrics[part]["study"]["auroc"]


@pytest.mark.parametrize(("low", "better"), [(0.61, True), (0.5, False), (0.4, False), (None, False)])
def test_a_model_is_better_than_chance_where_the_interval_lies_above(kept_run, kept, low, better):
    _, records = kept_run
    record = kept["feature_extraction", "logistic_regression"].record
    auroc = record.metrics["study"]["auroc"].model_copy(update={"low": low})
    metrics = {"study": {**record.metrics["study"], "auroc": auroc}}
    changed = record.model_copy(update={"metrics": metrics, "leaky": True})
    found = own_test(records, changed, record.body_part)
    assert found.better_than_chance == better
    assert found.leak.startswith("LEAKY")
