"""Every text is a name that MLflow takes, and no two texts are one name."""

import pytest
from mlflow.utils.validation import _validate_metric, _validate_param, _validate_tag

from benchmark.tracking.mlflow_names import LONGEST_PARAM, LONGEST_TAG, mlflow_name, mlflow_value

TEXTS = [
    "hand & wrist", "l-spine (ap/lat.)", "knee, left", "50% dose_#1", "KNEE (L)", "[/x]", r"$\frac{$", "=cmd|' /C calc'!A0",
    "a" * 300, "a" * 301, "", ".", "..", "...", "./a", "a//b", "/a", "a/", " a", "a ", "a\nb", "a\n", "a\tb", "\0", "手 50 %",
    "é", "e\u0301", "a:b", "'\"", "a,b", "k=1; #2 (left)", "🦴", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_is_a_name_that_mlflow_takes(text):
    name = mlflow_name(text)
    for key in (name, f"{name} study/auroc", f"frozen/{name}", f"difference/{name}/{name}"):
        _validate_metric(key, 1.0, 0, 0)
        _validate_param(key, "1")
        _validate_tag(key, "1")


def test_no_two_texts_get_the_same_name():
    assert len({mlflow_name(text) for text in TEXTS}) == len(TEXTS)
    assert mlflow_name(mlflow_name("a & b")) != mlflow_name("a & b")


@pytest.mark.parametrize("text", ["hand", "XR_ELBOW", "resnet18.a1_in1k", "left hand", "é", "手"])
def test_text_that_mlflow_takes_stays_as_it_is(text):
    assert mlflow_name(text) == text


def test_long_values_are_cut_and_stay_apart():
    one, other = "x" * 9000, "x" * 9000 + "y"
    for longest in (LONGEST_PARAM, LONGEST_TAG, 250):
        assert len(mlflow_value(one, longest)) <= longest
        assert mlflow_value(one, longest) != mlflow_value(other, longest)
    assert mlflow_value("short") == "short"
