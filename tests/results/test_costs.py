"""The rows that a cost table and the cost-accuracy figure are made of."""

import pytest

from results.costs import COLUMNS, cost_numbers, cost_points, gain_per_extra, over_seeds
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
    "trainable_parameters": 0,
    "optimiser_bytes": 0,
}


def row(strategy="feature_extraction", seed=0, value=0.8, cost=COST, **changes):
    tuned = strategy == "fine_tuning"
    classifier = "end_to_end" if tuned else "rbf_svm"
    axes = {"strategy": strategy, "backbone": "resnet50", "classifier": classifier}
    axes |= {"body_part": "hand", "train_size": 100} | changes
    method = axes["backbone"] if tuned else f"{axes['backbone']} · rbf_svm"
    numbers = {"value": value, "low": 0.7, "high": 0.9, "train_images": 100}
    return axes | {"method": method, "seed": seed} | numbers | cost


def test_rows_of_unknown_cost_have_no_point():
    assert cost_points([row(cost=dict.fromkeys(COLUMNS))]) == []


def test_the_mean_over_seeds_keeps_the_highest_peak_and_no_bounds():
    dearer = COST | {"seconds_total": 20.0, "peak_memory_bytes": 900, "device": "a GPU"}
    (mean,) = over_seeds([row(), row(seed=1, value=0.6, cost=dearer)])
    assert (mean["value"], mean["low"], mean["high"]) == (pytest.approx(0.7), None, None)
    assert (mean["seeds"], mean["seconds_total"], mean["peak_memory_bytes"]) == ([0, 1], 15.0, 900)
    assert (mean["device"], mean["energy_kwh"]) == ("cpu, a GPU", None)


def test_the_mean_of_one_seed_keeps_its_bounds_and_other_methods_stay_apart():
    found = over_seeds([row(), row("fine_tuning")])
    assert [(one["strategy"], one["low"], one["high"]) for one in found] == [
        ("feature_extraction", 0.7, 0.9),
        ("fine_tuning", 0.7, 0.9),
    ]


def test_the_figure_takes_the_points():
    tuned = row("fine_tuning", value=0.85, cost=COST | {"seconds_total": 90.0})
    worse = row(backbone="vgg19", value=0.7, cost=COST | {"seconds_total": 50.0})
    figure = CostAccuracy(cost_points([row(), tuned, worse]), "auroc", "study")
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


@pytest.mark.parametrize(
    ("gain", "amount", "reference", "expected"),
    [
        (0.02, 0.5, 0.1, 0.05),
        (-0.02, 0.5, 0.1, -0.05),  # dearer and worse
        (0.02, 0.1, 0.5, None),  # cheaper: nothing was paid
        (0.02, 0.1, 0.1, None),
        (None, 0.5, 0.1, None),
        (0.02, None, 0.1, None),
        (0.02, 0.5, None, None),
    ],
)
def test_the_gain_per_extra_unit_of_cost(gain, amount, reference, expected):
    assert gain_per_extra(gain, amount, reference) == (expected and pytest.approx(expected))
