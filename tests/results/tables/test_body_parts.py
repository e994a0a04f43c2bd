"""Tables of body parts together print the numbers, and say what they do not show."""

from results.tables.body_parts import shrunken_table, together_table
from tests.results.tables.conftest import NUMBERS, shrunken_rows, together_rows


def test_the_mean_stands_with_its_interval_and_that_of_another_part(printed):
    table = together_table(together_rows(), **NUMBERS, confidence=0.9)
    known, unknown = printed(table)
    assert known["mean over parts"] == "+0.020"
    assert [cell.interval for cell in table.rows[0]][3] == "[−0.010, +0.050]"
    assert (known["another part"], known["SD over parts"]) == ("[−0.050, +0.090]", "0.020")
    assert (known["Q"], known["p equal"], known["I²"]) == ("9.10", "0.170", "0.34")
    assert (unknown["mean over parts"], unknown["another part"], unknown["p equal"]) == ("–", "–", "–")
    assert "–: one seed shows nothing." in table.note
    assert "90 % prediction interval" in table.note
    assert "shows no agreement" in table.note


def test_full_size_is_said_to_lack_other_training_images():
    rows = [row | {"train_size": "full"} for row in together_rows()[:1]]
    assert "all seeds have the same images" in together_table(rows, **NUMBERS).note
    assert "all seeds have the same images" not in together_table(together_rows()[:1], **NUMBERS).note


def test_each_part_stands_alone_and_with_the_others(printed):
    table = shrunken_table(shrunken_rows(), **NUMBERS)
    first, *_ = printed(table)
    assert (first["images"], first["body part"], first["alone"]) == ("100", "elbow", "+0.050")
    assert first["with the others"] == "+0.030"
    assert table.rows[0][-1].interval == "[−0.010, +0.070]"
    assert "too few parts" not in table.note


def test_sizes_ascend_and_parts_too_few_to_shrink_are_said(printed):
    unknown = dict.fromkeys(("shrunken", "shrunken_low", "shrunken_high"))
    rows = [row | unknown for row in shrunken_rows() if row["body_part"] == "elbow"]
    table = shrunken_table([rows[0] | {"train_size": "full"}, rows[0]], **NUMBERS)
    assert [line["images"] for line in printed(table)] == ["100", "all"]
    assert {line["with the others"] for line in printed(table)} == {"–"}
    assert "–: too few parts." in table.note
