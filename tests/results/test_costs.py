"""The rows that a cost table and the cost-accuracy figure are made of."""

import pytest

from results.costs import COLUMNS, cost_numbers, cost_points, cost_rows, over_seeds
from results.figures import CostAccuracy

COST = {
    "device": "cpu",
    "threads": 2,
    "seconds_embed": 4.0,
    "seconds_select": 3.0,
    "seconds_fit": 2.0,
    "seconds_tune": 0.0,
    "seconds_predict": 1.0,
    "seconds_total": 10.0,
    "peak_memory_bytes": 500,
    "peak_device_memory_bytes": None,
    "energy_kwh": None,
}


def record(strategy="feature_extraction", seed=0, value=0.8, cost=COST, **changes):
    known = {
        "status": "ok",
        "strategy": strategy,
        "backbone": "resnet50",
        "classifier": "end_to_end" if strategy == "fine_tuning" else "rbf_svm",
        "body_part": "hand",
        "train_size": 100,
        "seed": seed,
        "counts": {"train_images": 100},
        "metrics": {"study": {"auroc": {"value": value, "low": 0.7, "high": 0.9}}},
    }
    return known | ({"cost": cost} if cost else {}) | changes


def rows(*records):
    return cost_rows(records, metric="auroc", unit="study")


def test_a_row_holds_axes_value_and_cost():
    (row,) = rows(record())
    assert {name: row[name] for name in COLUMNS} == COST
    assert (row["method"], row["value"], row["low"], row["high"]) == ("resnet50 · rbf_svm", 0.8, 0.7, 0.9)
    assert (row["strategy"], row["body_part"], row["train_size"], row["seed"]) == (
        "feature_extraction",
        "hand",
        100,
        0,
    )


def test_a_fine_tuning_is_known_by_its_backbone():
    assert rows(record("fine_tuning"))[0]["method"] == "resnet50"


def test_failed_cells_have_no_row_and_old_ones_no_cost():
    old = record(cost={"evaluation_seconds": 3.0})
    found = rows({"status": "failed", "cell": "x"}, record(cost=None), old)
    assert [[row[name] for name in COLUMNS] for row in found] == [[None] * len(COLUMNS)] * 2
    assert cost_points(found) == []


def test_the_mean_over_seeds_keeps_the_highest_peak_and_no_bounds():
    dearer = COST | {"seconds_total": 20.0, "peak_memory_bytes": 900, "device": "a GPU"}
    (row,) = over_seeds(rows(record(), record(seed=1, value=0.6, cost=dearer)))
    assert (row["value"], row["low"], row["high"]) == (pytest.approx(0.7), None, None)
    assert (row["seeds"], row["seconds_total"], row["peak_memory_bytes"]) == ([0, 1], 15.0, 900)
    assert (row["device"], row["energy_kwh"]) == ("cpu, a GPU", None)


def test_the_mean_of_one_seed_keeps_its_bounds_and_other_methods_stay_apart():
    found = over_seeds(rows(record(), record("fine_tuning")))
    assert [(row["strategy"], row["low"], row["high"]) for row in found] == [
        ("feature_extraction", 0.7, 0.9),
        ("fine_tuning", 0.7, 0.9),
    ]


def test_the_figure_takes_the_points():
    tuned = record("fine_tuning", value=0.85, cost=COST | {"seconds_total": 90.0})
    worse = record(backbone="vgg19", value=0.7, cost=COST | {"seconds_total": 50.0})
    figure = CostAccuracy(cost_points(rows(record(), tuned, worse)), "auroc", "study")
    assert figure.frame()[["name", "cost", "on_front"]].values.tolist() == [
        ["resnet50 · rbf_svm", 10.0, True],
        ["vgg19 · rbf_svm", 50.0, False],
        ["resnet50", 90.0, True],
    ]


def test_numbers_leave_out_words_and_what_is_unknown():
    assert cost_numbers({"device": "cpu", "energy_kwh": None, "threads": 2, "seconds_fit": 0.0}) == {
        "threads": 2.0,
        "seconds_fit": 0.0,
    }
