import pytest

from results.tables.terminal import certainty_table, chosen_table, head_to_head_table, summary_table

CURVE = {"body_part": "all", "strategy": "hand_crafted", "backbone": "edges", "classifier": "rbf_svm"}


def test_sizes_ascend_and_full_is_last():
    points = [
        CURVE | {"train_size": size, "train_patients": patients, "value": 0.5, "low": 0.25, "high": 0.75}
        for size, patients in (("full", 1500), (1000, 300), (100, 27))
    ]
    table = summary_table(
        [
            *points,
            points[0] | {"backbone": "hog", "train_patients": 1400, "value": None, "low": None, "high": None},
        ]
    )
    titles = ["100\n(27 patients)", "1000\n(300 patients)", "full\n(1,400-1,500 patients)"]
    assert list(table) == ["body_part", "strategy", "backbone", "classifier", *titles]
    assert table.loc[0, titles[0]] == "0.500 [0.250, 0.750]"
    assert table.loc[1, titles[2]] == "undefined"
    assert table.loc[1, titles[0]] == ""


def test_nothing_gives_an_empty_table():
    assert summary_table([]).empty


def test_what_the_folds_chose_is_shown_with_its_test_score():
    record = CURVE | {
        "train_size": 100,
        "seed": 0,
        "selection_auroc": 0.9,
        "value": 0.5,
        "low": 0.25,
        "high": 0.75,
    }
    table = chosen_table([record], "study", "auroc")
    assert table.iloc[0].tolist()[-3:] == ["rbf_svm", "0.900", "0.500 [0.250, 0.750]"]


ROW = {
    "body_part": "wrist",
    "backbone": "densenet169",
    "recipe": "",
    "train_size": 100,
    "seed": "all",
    "seeds": [0, 1, 2],
    "classifier": "chosen",
    "classifiers": {"0": "rbf_svm", "1": "xgboost", "2": "rbf_svm"},
    "frozen": 0.80,
    "fine_tuned": 0.84,
    "difference": 0.04,
    "low": 0.01,
    "high": 0.09,
    "training_sd": 0.012,
    "test_sd": 0.02,
    "margin": 0.02,
    "detectable": 0.05,
    "worse_by": 0.081,
    "cost_share": 0.025,
    "caution": "all seeds have the same training images",
    "p_adjusted": 0.012,
    "verdict": "fine-tune",
}
UNADJUSTED = ROW | {"seed": 1, "verdict": None, "p_adjusted": None}


def test_a_row_with_a_verdict_shows_it_with_its_adjusted_p_value():
    table = head_to_head_table(
        [ROW, ROW | {"backbone": "mean over backbones", "classifiers": {}, "recipe": "full"}]
    )
    assert table["verdict"].tolist() == ["fine-tune"] * 2
    assert table["p adjusted"].tolist() == ["0.012"] * 2
    assert table["seed"].tolist() == ["mean of 3"] * 2
    assert table["backbone"].tolist() == ["densenet169", "mean over backbones · full"]
    assert table["frozen classifier"].tolist() == ["chosen: rbf_svm, xgboost", "chosen"]
    assert table.loc[0, "difference"] == "+0.040 [+0.010, +0.090]"


def test_what_a_verdict_rests_on_stands_apart():
    (line,) = certainty_table([ROW]).to_dict("records")
    assert (line["SD over training sets"], line["SD over test patients"]) == ("0.012", "0.020")
    assert line["freezing is"] == "at most 0.081 worse, at 1/40 of the time"
    assert line["caution"] == "all seeds have the same training images"
    assert certainty_table([ROW | {"training_sd": None}])["SD over training sets"].tolist() == ["unknown"]


def test_a_verdict_is_ascii_and_says_what_could_be_detected():
    rows = [ROW | {"verdict": name} for name in ("equal", "undecided")]
    words = head_to_head_table(rows)["verdict"].tolist()
    assert words == ["equal within +/-0.02", "undecided, could detect >= 0.050"]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.01, 0.09, "excludes 0"), (-0.01, 0.09, "includes 0"), (None, None, "undefined")],
)
def test_an_unadjusted_row_says_what_its_interval_does_in_other_words_than_a_verdict(low, high, words):
    table = head_to_head_table([UNADJUSTED | {"low": low, "high": high}])
    assert "verdict" not in table
    assert table.loc[0, "unadjusted interval"] == words
    assert table.loc[0, "frozen classifier"] == "chosen: xgboost"
