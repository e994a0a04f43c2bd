"""The cost table shows what is known, in units that can be read."""

from results.tables.cost import cost_table
from tests.results.tables.conftest import NUMBERS, cost_rows


def test_amounts_are_in_seconds_gigabytes_and_watt_hours(printed):
    line = printed(cost_table(cost_rows(parts=("wrist",)), **NUMBERS))[0]
    assert (line["embed s"], line["fit s"], line["predict s"]) == ("120", "1,234", "0.0123")
    assert (line["memory GB"], line["energy Wh"], line["AUROC"]) == ("2.5", "12.3", "0.900")
    assert line["method"] == "densenet169 · logistic regression"


def test_a_column_that_holds_nothing_is_left_out(printed):
    lines = printed(cost_table(cost_rows(), **NUMBERS))
    assert "tune s" not in lines[0]
    assert "device GB" not in lines[0]


def test_a_missing_amount_in_a_column_that_holds_some_is_a_dash(printed):
    rows = cost_rows(parts=("wrist",))
    rows[0] |= {"seconds_tune": 3.0, "peak_memory_bytes": None}
    first, second, _ = printed(cost_table(rows, **NUMBERS))
    assert (first["tune s"], second["tune s"]) == ("3", "–")
    assert (first["memory GB"], second["memory GB"]) == ("–", "2.5")


def test_one_device_is_told_in_the_note_several_in_a_column(printed):
    rows = cost_rows(parts=("wrist",))
    alone = cost_table(rows, **NUMBERS)
    assert "Device: NVIDIA H100 80GB HBM3." in alone.note
    assert "device" not in alone.titles
    rows[0] |= {"device": "cpu"}
    both = cost_table(rows, **NUMBERS)
    assert printed(both)[0]["device"] == "cpu"
    assert "Device" not in both.note


def test_all_parts_together_stand_last(printed):
    lines = printed(cost_table(cost_rows(parts=("all", "wrist")), **NUMBERS))
    assert [line["body part"] for line in lines] == ["wrist"] * 3 + ["all parts"] * 3


def test_the_price_of_fine_tuning_stands_in_its_row(printed):
    rows = cost_rows(parts=("wrist",))
    assert "gain per\nextra hour" not in cost_table(rows, **NUMBERS).titles
    rows[-1] |= {"frozen_share": 0.025, "gain_per_hour": -0.5}
    table = cost_table(rows, **NUMBERS)
    lines = printed(table)
    assert (lines[-1]["frozen / fine-tuned"], lines[-1]["gain per extra hour"]) == ("0.025", "−0.5")
    assert lines[0]["frozen / fine-tuned"] == "–"
    assert "with the search over all its classifiers" in table.note
    assert "gain per\nextra kWh" not in table.titles


def test_trained_parameters_are_shown_for_each_arm_where_they_are_known(printed):
    rows = cost_rows(parts=("wrist",))
    assert "trained\nmillions" not in cost_table(rows, **NUMBERS).titles, "older records do not hold them"
    for row, trained in zip(rows, (0, 123_456, 2_500_000), strict=True):
        row |= {"trainable_parameters": trained, "optimiser_bytes": 8 * trained}
    table = cost_table(rows, **NUMBERS)
    lines = printed(table)
    assert [line["trained millions"] for line in lines] == ["0", "0.123", "2.5"]
    assert [line["optimiser MB"] for line in lines] == ["0", "0.988", "20"]
    assert "Trained: parameters of network and head" in table.note
