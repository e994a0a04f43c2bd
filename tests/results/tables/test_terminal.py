import pytest

from results.tables.terminal import chosen_table, head_to_head_table, summary_table

CURVE = {"body_part": "all", "strategy": "hand_crafted", "backbone": "edges", "classifier": "rbf_svm"}


def test_sizes_ascend_and_full_is_last():
    points = [
        CURVE | {"train_size": size, "value": 0.5, "low": 0.25, "high": 0.75} for size in ("full", 1000, 100)
    ]
    table = summary_table(
        [*points, points[0] | {"backbone": "hog", "value": None, "low": None, "high": None}]
    )
    assert list(table) == ["body_part", "strategy", "backbone", "classifier", 100, 1000, "full"]
    assert table.loc[0, 100] == "0.500 [0.250, 0.750]"
    assert table.loc[1, "full"] == "undefined"
    assert table.loc[1, 100] == ""


def test_nothing_gives_an_empty_table():
    assert summary_table([]).empty


def test_what_the_folds_chose_is_shown_with_its_test_score():
    record = CURVE | {
        "train_size": 100,
        "seed": 0,
        "selection_auroc": 0.9,
        "metrics": {"study": {"auroc": {"value": 0.5, "low": 0.25, "high": 0.75}}},
    }
    table = chosen_table([record], "study", "auroc")
    assert table.iloc[0].tolist()[-3:] == ["rbf_svm", "0.900", "0.500 [0.250, 0.750]"]


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.01, 0.09, "fine-tune"),
        (-0.09, -0.01, "freeze"),
        (-0.01, 0.09, "not settled"),
        (None, None, "not settled"),
    ],
)
def test_the_head_to_head_says_who_wins_when_the_interval_leaves_out_zero(low, high, verdict):
    row = {
        "body_part": "wrist",
        "backbone": "densenet169",
        "train_size": 100,
        "seed": "all",
        "classifier": "chosen",
        "classifiers": {"0": "rbf_svm", "1": "xgboost", "2": "rbf_svm"},
        "frozen": 0.80,
        "fine_tuned": 0.84,
        "difference": 0.04,
        "low": low,
        "high": high,
    }
    table = head_to_head_table([row, row | {"seed": 1}])
    assert table["so"].tolist() == [verdict] * 2
    assert table["frozen classifier"].tolist() == ["chosen: rbf_svm, xgboost", "chosen: xgboost"]
    assert table.loc[0, "difference"].startswith("+0.040")
