"""Tables of scores: every method and size has its place, and the best and the close ones are marked."""

import pytest

from results.tables.formatting import Formatted
from results.tables.scores import ScoreTables
from tests.results.tables.conftest import METHODS, NUMBERS, PARTS, SIZES, score_rows


def tables(rows):
    return ScoreTables(rows, **NUMBERS)


def test_the_main_table_is_of_all_parts_together_where_there_are_such_rows():
    table = tables(score_rows()).main()
    assert table.caption == "AUROC per study by number of training images: all parts."
    assert table.titles[:3] == ["strategy", "backbone", "classifier"]
    assert table.titles[3:] == [
        "100\n(26 patients)",
        "3,000\n(993 patients)",
        "10,000\n(3,326 patients)",
        "all\n(4,931 images,\n1,755 patients)",
    ]
    assert "Patients: those of the training images, mean over seeds." in table.note
    assert [row[0].text for row in table.rows] == ["frozen", "frozen", "hand-crafted", "fine-tuned"]
    assert set(table.frame["body_part"]) == {"all"}
    assert len(table.frame) == len(METHODS) * len(SIZES)


def test_without_them_it_has_a_section_per_part():
    table = tables(score_rows(parts=("wrist", "elbow"))).main()
    assert table.titles[:2] == ["body part", "strategy"]
    assert [row[0].text for row in table.rows] == ["wrist"] * 4 + ["elbow"] * 4
    assert table.frame["body_part"].unique().tolist() == ["wrist", "elbow"]
    assert table.titles[4] == "100\n(32–33 patients)", "from the part with the fewest to that with the most"


def test_one_part_needs_no_section():
    assert tables(score_rows(parts=("wrist",))).main().caption.endswith("images: wrist.")


def test_there_is_a_table_per_part_and_per_size():
    assert [t.name for t in tables(score_rows()).per_part()] == [f"body_part_{part}" for part in PARTS]
    sizes = tables(score_rows()).per_size()
    assert [t.name for t in sizes] == [f"train_size_{size}" for size in SIZES]
    assert sizes[0].titles[-2:] == ["wrist\n(27 patients)", "all parts\n(26 patients)"]
    assert sizes[-1].titles[-1] == "all parts\n(4,931 images,\n1,755 patients)"


def test_a_score_stands_where_its_method_and_size_meet():
    (table,) = tables(score_rows(parts=("wrist",))).per_part()
    value = table.frame.query("backbone == 'combined' and train_size == 3000")["value"].item()
    assert (table.rows[2][4].text, table.rows[2][4].value) == (f"{value:.3f}", value)


def test_the_best_is_bold_and_what_is_not_distinguished_from_it_has_a_dagger():
    (table,) = tables(score_rows(parts=("wrist",))).per_part()
    for column in (3, 4, 5, 6):
        assert [row[column].bold for row in table.rows] == [False, False, False, True]
        assert [row[column].mark for row in table.rows] == ["", "†", "", ""]
    assert "Bold: the best" in table.note
    assert "†: not shown to be worse than the best, which does not show that it is as good" in table.note
    line = next(line for line in table.markdown().splitlines() if "fine-tuned" in line)
    assert line.count("**") == 8
    assert (
        table.latex().count(r"\textbf{0.") == table.latex().count(r"$^{\dagger}$") - 1 == 4
    )  # one in the note


def test_marks_that_do_not_occur_are_not_explained():
    rows = [row | {"standing": ""} for row in score_rows(parts=("wrist",))]
    note = tables(rows).main().note
    assert "Bold" not in note
    assert "†" not in note


def test_undefined_and_missing_scores_are_told_apart():
    rows = score_rows(parts=("wrist",), sizes=(100, "full"))
    rows[0] |= {"value": None, "low": None, "high": None, "standing": ""}
    del rows[-1]
    table = tables(rows).main()
    assert table.rows[0][3].text == "–"
    assert table.rows[-1][-1] == Formatted("")
    assert "–: undefined." in table.note
    assert "undefined" not in tables(rows[1:]).main().note


@pytest.mark.parametrize(
    ("seeds", "said"),
    [([1, 1], "One seed "), ([3, 3], "Mean over 3 seeds "), ([2, 3], "Mean over 2 to 3 seeds ")],
)
def test_the_note_says_how_many_seeds(seeds, said):
    rows = score_rows(parts=("wrist",), sizes=(100,), methods=METHODS[:2])
    rows = [row | {"seeds": count} for row, count in zip(rows, seeds, strict=True)]
    assert tables(rows).main().note.startswith(f"{said}[95 % interval]")


def test_what_was_chosen_is_explained():
    method = ("feature_extraction", "densenet169", "chosen")
    table = tables(score_rows(parts=("wrist",), methods=[method, ("fine_tuning", "densenet169", "")])).main()
    assert "Chosen: the classifier" in table.note
    assert "Chosen" not in tables(score_rows()).main().note


def test_methods_without_a_backbone_or_classifier_need_no_such_column():
    table = tables(score_rows(methods=[("radiologist", "", "")])).main()
    assert table.titles[:2] == ["strategy", "100\n(26 patients)"]


def test_a_score_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match=r"two rows for .*densenet169.* give the mean over seeds"):
        tables(score_rows() + score_rows()).main()
    with pytest.raises(ValueError, match="no row"):
        tables([]).main()


def test_a_size_of_drawn_patients_is_called_so():
    rows = [
        row | {"train_size": "full (90 % of patients)"}
        for row in score_rows(parts=("wrist",), sizes=("full",))
    ]
    (table,) = tables(rows).per_size()
    assert table.name == "train_size_full-90-of-patients"
    assert table.caption.endswith("by body part, full (90 % of patients) training images.")
    assert table.titles[-1] == "wrist\n(4,931 images,\n1,755 patients)"
