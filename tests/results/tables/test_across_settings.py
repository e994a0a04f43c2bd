"""Tables over body parts, backbones and seeds hold what the statistics gave, and their limits in words."""

import pytest

from results.tables.across_settings import controls_table, ranks_table, spread_table
from results.tables.formatting import Formatted
from tests.results.tables.conftest import NUMBERS, control_rows, ranks, spread_rows


def test_methods_that_ranks_do_not_tell_apart_share_a_letter(printed):
    table = ranks_table(ranks())
    assert printed(table) == [
        {"method": "fine-tuned", "average rank": "1.25", "group": "a"},
        {"method": "rbf svm", "average rank": "1.75", "group": "ab"},
        {"method": "xgboost", "average rank": "3.00", "group": "b"},
    ]
    assert "12 blocks" in table.note
    assert "p <0.001" in table.note
    assert "critical difference of 1.30" in table.note
    assert "Description only" in table.note
    assert "Benavoli" in table.note
    assert table.note.endswith("Blocks share test and training patients.")


def test_without_ranks_the_reason_is_raised():
    with pytest.raises(ValueError, match=r"^too few$"):
        ranks_table(ranks() | {"reason": "too few"})


def test_spread_over_seeds_stands_apart_from_that_over_patients(printed):
    table = spread_table(spread_rows(), **NUMBERS)
    line, difference = printed(table)
    assert (line["SD training"], line["SD test"], line["standard error"]) == ("0.010", "0.015", "–")
    assert difference["method"] == "fine-tuned − frozen"
    assert "on the training folds" in table.note


def test_spread_of_all_parts_together_stands_last(printed):
    rows = [spread_rows()[0] | {"body_part": part} for part in ("all", "wrist", "elbow")]
    parts = [line["body part"] for line in printed(spread_table(rows, **NUMBERS))]
    assert parts == ["wrist", "elbow", "all parts"]


def test_a_control_stands_beside_the_method_that_it_controls(printed):
    table = controls_table(control_rows(), **NUMBERS)
    shuffled, majority = table.rows
    assert shuffled[-2:] == [Formatted("0.503", "[0.450, 0.550]", value=0.503), Formatted("0.900", value=0.9)]
    assert majority[-2] == Formatted("0.500", "[0.500, 0.500]", value=0.5)
    assert majority[-1].text == "–"
    assert [line["method"] for line in printed(table)] == ["densenet169 · rbf svm", "majority"]


def test_rows_of_a_control_stand_together():
    rows = control_rows() + [row | {"body_part": "hand"} for row in control_rows()]
    table = controls_table(rows, **NUMBERS)
    assert [row[0].text for row in table.rows] == ["shuffled labels"] * 2 + ["majority"] * 2
    assert list(table.frame["body_part"]) == ["wrist", "hand"] * 2
