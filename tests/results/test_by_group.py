"""Values by group are those of the group's rows; an interaction is the difference of differences."""

import numpy as np
import pandas as pd
import pytest

from results.by_group import differences_of, interaction, resampled_by_group
from results.predicted import Predicted
from results.uncertainty import Resampled, patient_weights

ASKED = {"metric": "auroc", "unit": "study", "resamples": 200}


def predictions():
    random = np.random.default_rng(0)
    studies = np.repeat(np.arange(80), 2)  # two views each; two studies per patient
    label = (studies % 3 == 0).astype(np.int64)
    return pd.DataFrame(
        {
            "image": [f"i{row}" for row in range(len(studies))],
            "study": [f"s{study:03d}" for study in studies],
            "patient": [f"p{study // 2:03d}" for study in studies],
            "body_part": "hand",
            "label": label,
            "probability": np.clip(0.4 + 0.2 * label + random.normal(0, 0.15, len(studies)), 0, 1),
        }
    )


def alone(table):
    return Predicted(table).per_unit("study").resampled(ASKED["metric"], ASKED["resamples"])


def test_one_group_of_all_is_the_metric_itself():
    table = predictions()
    groups = pd.Series("all", index=table["study"].unique())
    found = resampled_by_group(Predicted(table), groups, **ASKED)["all"]
    whole = alone(table)
    assert (found.value, found.patients) == (whole.value, whole.patients)
    np.testing.assert_array_equal(found.drawn, whole.drawn)


def test_all_patients_are_drawn_together_also_where_one_is_in_two_groups():
    table = predictions()
    studies = table["study"].unique()
    groups = pd.Series(np.where(np.arange(len(studies)) % 2, "odd", "even"), index=studies)[:-2]
    found = resampled_by_group(Predicted(table), groups, **ASKED)
    own = table[table["study"].map(groups) == "odd"]
    assert found["odd"].value == alone(own).value
    weights = patient_weights(table["patient"].unique().astype(object), 200)
    kept = np.isin(table["patient"].unique(), own["patient"])
    counted = weights[kept][:, 7]
    repeated = pd.concat(
        [
            own[own["patient"] == name]
            for name, times in zip(own["patient"].unique(), counted, strict=True)
            for _ in range(times)
        ]
    )
    repeated = repeated.assign(study=[f"r{row // 2}" for row in range(len(repeated))])
    assert found["odd"].drawn[7] == pytest.approx(alone(repeated).value)


def measured(value, spread, seed, patients=50):
    random = np.random.default_rng(seed)
    return Resampled(value, value + random.normal(0, spread, 2000), patients)


def by_seed(value, names=(0, 1, 2, 3), spread=0.01, patients=50):
    return {seed: measured(value + 0.002 * seed, spread, [seed, patients], patients) for seed in names}


def test_of_two_groups_it_is_the_second_minus_the_first():
    found = interaction({"a": by_seed(0.01, patients=30), "b": by_seed(0.11, patients=200)})
    assert list(found.contrasts) == ["b"]
    contrast = found.contrasts["b"]
    assert contrast.value == pytest.approx(0.1)
    assert contrast.estimate.patients == 30, "degrees of freedom are those of the smaller group"
    assert found.p == contrast.p() < 0.001
    low, high = contrast.interval(0.95)
    assert low < 0.1 < high


def test_of_several_groups_the_one_that_stands_out_is_named_and_counted_for():
    groups = {
        "a": by_seed(0.01, patients=60),
        "b": by_seed(0.01, patients=40),
        "c": by_seed(0.09, patients=50),
    }
    found = interaction(groups)
    assert found.largest == "c"
    assert found.contrasts["c"].value == pytest.approx(0.08)
    assert found.p == pytest.approx(3 * found.contrasts["c"].p())
    assert found.contrasts["a"].value == pytest.approx(-0.08 * 50 / 90), "others by their patients"
    equal = interaction({name: by_seed(0.01, patients=60) for name in "abc"})
    assert equal.p == 1.0


def test_one_group_has_nothing_to_differ_from():
    with pytest.raises(ValueError, match="two groups or more, not \\['a'\\]"):
        interaction({"a": by_seed(0.1)})


def test_differences_are_of_common_groups_and_seeds():
    first = {"a": by_seed(0.8), "b": by_seed(0.7)}
    second = {"a": by_seed(0.9, names=(1, 2, 7))}
    found = differences_of(first, second)
    assert {name: list(side) for name, side in found.items()} == {"a": [1, 2]}
    assert found["a"][1].value == pytest.approx(0.1)
