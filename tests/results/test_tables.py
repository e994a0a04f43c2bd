from results.tables import chosen_table, summary_table

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
