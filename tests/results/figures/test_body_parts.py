"""Body parts together: two lines a part, the mean with a point, another part without one."""

import itertools

import pytest

from results.figures import BodyParts
from results.figures.body_parts import ALONE, ANOTHER, MEAN, SHRUNKEN
from results.figures.style import ONE_COLUMN, TWO_COLUMNS

PARTS = ("wrist", "elbow", "hand", "shoulder")


def part_rows(sizes=(100, "full"), parts=PARTS):
    return [
        {"train_size": size, "body_part": part, "difference": 0.02 * i, "low": 0.02 * i - 0.05}
        | {"high": 0.02 * i + 0.05, "shrunken": 0.03, "shrunken_low": -0.01, "shrunken_high": 0.07}
        for size, (i, part) in itertools.product(sizes, enumerate(parts))
    ]


def together_rows(sizes=(100, "full")):
    return [
        {"train_size": size, "mean": 0.03, "low": 0.0, "high": 0.06, "new_low": -0.05, "new_high": 0.11}
        for size in sizes
    ]


def figure(parts=None, together=None, **how):
    return BodyParts(parts or part_rows(), together or together_rows(), "auroc", "study", **how)


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
def test_every_size_has_a_panel_with_all_lines(whole, width):
    drawn = figure(width=width).plot()
    assert [axis.get_title() for axis in drawn.axes] == ["100 images", "all images"]
    names = [label.get_text() for label in drawn.axes[0].get_yticklabels()]
    assert names == [*PARTS, "mean over parts", "another part"]
    legend = [text.get_text() for text in drawn.legends[0].get_texts()]
    assert legend == [ALONE, SHRUNKEN, MEAN, ANOTHER]
    whole(drawn)


def test_the_frame_has_a_row_per_line():
    table = figure().frame()
    assert len(table) == 2 * (2 * len(PARTS) + 2)
    assert table[table["kind"] == ANOTHER]["value"].isna().all()
    assert table[table["kind"] == MEAN]["low"].tolist() == [0.0, 0.0]


def test_what_few_parts_do_not_have_is_not_drawn(whole):
    unknown = dict.fromkeys(("shrunken", "shrunken_low", "shrunken_high"))
    rows = [row | unknown for row in part_rows((100,), PARTS[:2])]
    together = [row | {"new_low": None, "new_high": None} for row in together_rows((100,))]
    few = figure(rows, together)
    assert set(few.frame()["kind"]) == {ALONE, MEAN}
    whole(few.plot())


def test_a_size_without_parts_has_no_panel():
    assert set(figure(part_rows((100,))).frame()["train_size"]) == {100}


def test_two_backbones_are_refused():
    with pytest.raises(ValueError, match="give one backbone"):
        figure(part_rows() * 2).plot()
