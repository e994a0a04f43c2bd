"""Records and curve points as params, metrics and names of MLflow's runs."""

from urllib.parse import parse_qs

import pytest

from benchmark.store.record import Epoch
from benchmark.tracking.fields import (
    cell_metrics,
    cell_params,
    curve_name,
    curves_address,
    epoch_metrics,
    run_name,
)
from tests.benchmark.recorded import failed, finished

EPOCH = {"step": 3, "epoch": 3, "stage": 1, "train_loss": 0.5, "learning_rate": 0.1, "seconds": 1.0}


def test_names_tell_runs_apart_first_and_hold_the_control_where_there_is_one():
    axes = finished().axes
    assert run_name(axes) == "resnet50 · rbf_svm · hand · feature_extraction"
    assert run_name(finished(control="leaky_split").axes).startswith("leaky_split · ")
    assert curve_name(axes) != curve_name(finished(control="leaky_split").axes)
    assert curve_name(axes) == curve_name(finished(seed=7, train_size=3).axes), (
        "one curve over sizes and seeds"
    )


def test_params_hold_the_axes_and_how_the_cell_was_computed():
    params = cell_params(finished(recipe={"epochs": 2}))
    assert (
        params.items()
        >= {
            "strategy": "feature_extraction",
            "train_size": 100,
            "protocol": "official",
            "image.size": 32,
            "parameters.C": 1.0,
            "recipe.epochs": 2,
            "digest.pixels_digest": "p",
        }.items()
    )
    assert not any(isinstance(value, dict) for value in params.values())


def test_a_failed_cell_has_params_and_no_metric():
    assert cell_params(failed())["backbone"] == "resnet50"
    assert cell_metrics(failed(), "study/auroc") == {}


def test_only_the_primary_metric_has_bounds():
    bounded = {"value": 0.8, "low": 0.7, "high": 0.9}
    record = finished(
        metrics={"study": {"auroc": bounded, "f1": bounded}},
        body_part_metrics={"elbow": {"study": {"auroc": bounded}}},
        cost={"device": "cpu", "seconds_total": 4.5},
    )
    metrics = cell_metrics(record, "study/auroc")
    assert (metrics["study/auroc"], metrics["study/auroc_low"], metrics["study/auroc_high"]) == (
        0.8,
        0.7,
        0.9,
    )
    assert metrics["elbow study/auroc"] == 0.8
    assert "study/f1_low" not in metrics
    assert metrics["cost/seconds_total"] == 4.5
    assert metrics["counts/train_images"] == 100
    assert all(isinstance(value, float) for value in metrics.values()), "what is not known is left out"


def test_epochs_leave_out_what_is_their_step_or_unknown():
    assert epoch_metrics(Epoch.model_validate(EPOCH)) == {
        "epoch/train_loss": 0.5,
        "epoch/learning_rate": 0.1,
        "epoch/seconds": 1.0,
    }


@pytest.mark.parametrize(("metric", "ascending"), [("auroc", "false"), ("brier", "true")])
def test_the_page_of_curves_shows_the_best_first(metric, ascending):
    path, _, query = curves_address("7", "hand", ("study", metric)).partition("?")
    asked = parse_qs(query)
    assert path == "#/experiments/7/runs"
    assert asked["orderByKey"] == [f"metrics.`answer/study {metric}`"]
    assert asked["orderByAsc"] == [ascending]
    assert "params.body_part = 'hand'" in asked["searchFilter"][0]


@pytest.mark.parametrize(("part", "quoted"), [("child's hand", '"child\'s hand"'), ('"left"', "'\"left\"'")])
def test_the_page_of_curves_quotes_a_part_as_its_name_allows(part, quoted):
    query = curves_address("7", part, ("study", "auroc")).partition("?")[2]
    assert f"params.body_part = {quoted}" in parse_qs(query)["searchFilter"][0]
