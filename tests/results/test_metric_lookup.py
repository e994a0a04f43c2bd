import pytest

from results.metric_lookup import default_primary, limits, metric_named, metric_names
from results.metrics import METRICS
from results.task_metrics import TASK_METRICS, metrics_of


def test_they_are_found_by_name_beside_those_of_two_classes():
    assert metric_named("quadratic_kappa") is TASK_METRICS["quadratic_kappa"]
    assert metric_named("accuracy") is METRICS["accuracy"]
    assert limits("log_loss") is None
    assert limits("multiclass_brier") == (0.0, 2.0)


def test_no_metric_no_value():
    for name in ("au_roc", "auroc_at_chosen"):
        with pytest.raises(ValueError, match=f"no metric '{name}'; known: auroc, average_precision"):
            metric_named(name)


def test_a_task_has_its_own_names_and_primary_metric():
    assert metric_names("binary")[0] == "auroc"
    assert "calibration_slope" not in metric_names("binary")
    assert metric_names("multilabel") == tuple(metrics_of("multilabel"))
    assert [default_primary(task) for task in ("binary", "multiclass", "ordinal")] == [
        "auroc",
        "macro_auroc",
        "quadratic_kappa",
    ]
