"""The epochs of a fine-tuning: which was kept, in which stage, and no choice by the test set."""

from results.tables.training import epochs_table
from tests.results.tables.conftest import history


def test_every_epoch_has_a_line_and_the_kept_one_is_bold(printed):
    table = epochs_table(history(5), "epochs_x", "x", kept=3)
    assert [line["epoch"] for line in printed(table)] == ["1", "2", "3", "4", "5"]
    shown = table.rows[2][:7]
    assert all(cell.bold for cell in shown)
    assert not any(cell.bold for row in (*table.rows[:2], *table.rows[3:]) for cell in row)
    assert "kept, 3." in table.note


def test_stages_are_counted_from_one_where_there_are_several(printed):
    lines = printed(epochs_table(history(8), "epochs_x", "x"))
    assert [line["stage"] for line in lines] == ["1"] * 6 + ["2"] * 2
    assert [line["epoch"] for line in lines] == [str(epoch) for epoch in range(1, 9)]
    assert "stage" not in printed(epochs_table(history(5), "epochs_x", "x"))[0]


def test_numbers_are_those_of_the_history(printed):
    line = printed(epochs_table(history(5), "epochs_x", "x"))[1]
    assert line["training loss"] == line["validation AUROC"] == "0.520"
    assert (line["learning rate"], line["seconds"]) == ("0.0005", "12.3")


def test_the_test_set_has_no_column_and_is_told_once_in_the_note():
    test = {
        "auroc": {"value": 0.8, "low": 0.7, "high": 0.9},
        "accuracy": {"value": None, "low": None, "high": None},
    }
    table = epochs_table(history(5), "epochs_x", "x", test=test)
    assert not [title for title in table.titles if "test" in title]
    assert table.note.endswith("The kept network on the test set: AUROC 0.800 [0.700, 0.900], accuracy –.")
    assert "kept" not in epochs_table(history(5), "epochs_x", "x").note


def test_a_history_without_auroc_of_an_epoch_shows_a_dash(printed):
    epochs = history(2)
    epochs[0]["validation_auroc"] = None
    assert printed(epochs_table(epochs, "epochs_x", "x"))[0]["validation AUROC"] == "–"
