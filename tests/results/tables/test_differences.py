"""Tables of paired comparisons say which side is which, and mark what is significant after adjusting."""

from results.tables import differences
from results.tables.differences import differences_table
from results.tables.formatting import Formatted
from tests.results.tables.conftest import COMPARISONS, NUMBERS, classical_rows, difference_rows


def rows_of(**changes):
    return [row | changes for row in difference_rows(parts=("wrist",), sizes=(100,), backbones=("resnet50",))]


def test_sides_are_named_and_the_difference_is_a_minus_b(printed):
    first = printed(differences_table(rows_of(first=0.8, second=0.75, difference=-0.05), **NUMBERS))[0]
    assert first["comparison"] == "fine-tuned (A) − frozen (B)"
    assert (first["A"], first["B"], first["A − B"]) == ("0.750", "0.800", "−0.050")


def test_rows_go_by_comparison_then_part_with_all_last_then_backbone():
    rows = difference_rows(parts=("all", "wrist", "elbow"), sizes=(3000, "full"), backbones=("b", "a"))
    frame = differences_table(rows, **NUMBERS).frame
    assert list(frame["comparison"].unique()) == list(COMPARISONS)
    first = frame[frame["comparison"] == COMPARISONS[0]]
    assert list(first["body_part"]) == ["wrist"] * 4 + ["elbow"] * 4 + ["all"] * 4
    assert list(first["backbone"]) == ["b", "b", "a", "a"] * 3
    assert list(first["train_size"]) == [3000, "full"] * 6


def test_adjusted_p_up_to_the_level_is_bold():
    adjusted = [0.0004, 0.05, 0.051]
    rows = [row | {"p_adjusted": p} for row, p in zip(rows_of(), adjusted, strict=True)]
    table = differences_table(rows, **NUMBERS)
    assert [row[-3] for row in table.rows] == [
        Formatted("<0.001", bold=True, value=0.0004),
        Formatted("0.050", bold=True, value=0.05),
        Formatted("0.051", value=0.051),
    ]
    assert [row[-3].bold for row in differences_table(rows, **NUMBERS, level=0.01).rows] == [
        True,
        False,
        False,
    ]
    assert "Bold: adjusted p ≤ 0.05." in table.note


def test_undefined_p_and_bounds_are_dashes_and_not_bold():
    unknown = dict.fromkeys(("p", "p_adjusted", "low", "high", "training_sd", "detectable"))
    table = differences_table(rows_of(**unknown), **NUMBERS)
    texts = [cell.text for cell in table.rows[0][-6:]]
    assert texts == ["−0.030", "–", "0.020", "–", "–", "undecided"]
    assert not any(cell.bold or cell.interval for cell in table.rows[0])


def test_the_note_names_the_sizes_of_the_families():
    rows = [row | {"family": family} for row, family in zip(rows_of(), (9, 18, 9), strict=True)]
    assert "over families of 18 and 9 planned comparisons" in differences_table(rows, **NUMBERS).note
    none = [row | {"family": None} for row in rows]
    assert "families" not in differences_table(none, **NUMBERS).note
    assert "Interim" not in differences_table(rows, **NUMBERS).note
    assert "Interim" in differences_table([row | {"interim": True} for row in rows], **NUMBERS).note


def test_the_verdict_is_in_words(printed):
    rows = rows_of(verdict="equal")[:1] + rows_of()[:1] + rows_of(verdict="")[:1]
    words = [line["verdict"] for line in printed(differences_table(rows, **NUMBERS))]
    assert words == ["equal within ±0.02", "undecided, could detect ≥ 0.050", ""]


def test_classical_tests_count_each_side_and_say_what_they_assume(printed):
    table = differences.tests_table(classical_rows(), **NUMBERS)
    first, second = printed(table)
    assert (first["only A right"], first["only B right"]) == ("19", "7")
    assert (first["p DeLong"], first["p McNemar"]) == ("0.030", "<0.001")
    assert (first["seed"], second["seed"]) == ("0", "1")
    assert "as independent" in table.note


def test_a_test_that_says_nothing_is_a_dash(printed):
    row = classical_rows()[0] | {"delong_p": None, "only_first_right": None, "mcnemar_p": None}
    (line,) = printed(differences.tests_table([row], **NUMBERS))
    assert (line["p DeLong"], line["only B right"], line["p McNemar"]) == ("–", "–", "–")
