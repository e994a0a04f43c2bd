"""Crossover sizes: where they lie in the data, and open ends where they do not."""

import pytest
from matplotlib.colors import to_hex

from results.crossover import FROZEN_BETTER, TUNED_BETTER, UNDECIDED, Zone
from results.figures import CrossoverSizes
from results.figures.crossover import BEFORE, BEYOND, SPANS, UNDEFINED, WITHIN
from results.figures.style import ONE_COLUMN, TWO_COLUMNS

INF = float("inf")
ZONES = [Zone(FROZEN_BETTER, 100, 300), Zone(UNDECIDED, 300, 800), Zone(TUNED_BETTER, 800, 1272)]
ROWS = [
    {"body_part": part, "size": size, "low": low, "high": high, "smallest": 100, "largest": largest}
    | {"zones": ZONES}
    for part, size, low, high, largest in (
        ("all", 4200, 2800, 6100, 36808),
        ("elbow", 900, 300, 4000, 4931),
        ("finger", INF, 2500, INF, 5106),
        ("forearm", 600, 0, INF, 1825),
        ("humerus", None, None, None, 1272),
        ("shoulder", 0, 0, 250, 8379),
        ("wrist", 1500, None, None, 9752),
    )
]


def arrows(axis):
    return [
        (line.get_marker(), int(line.get_ydata()[0]))
        for line in axis.lines
        if line.get_marker() in ("<", ">")
    ]


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
def test_open_ends_are_arrows_and_words(whole, width):
    drawn = CrossoverSizes(ROWS, width=width).plot()
    axis = drawn.axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()][-1] == "all parts"
    assert arrows(axis) == [(">", 1), ("<", 2), (">", 2), ("<", 4)]
    legend = [text.get_text() for text in drawn.legends[0].get_texts()]
    assert legend == [FROZEN_BETTER, UNDECIDED, TUNED_BETTER]
    points = {
        int(line.get_ydata()[0]): line.get_xdata()[0] for line in axis.lines if line.get_marker() == "o"
    }
    assert points == {0: 900, 2: 600, 5: 1500, 6: 4200}
    whole(drawn)


def test_the_frame_says_where_each_lies():
    table = CrossoverSizes(ROWS).frame()
    assert len(table) == len(ROWS) * len(ZONES)
    assert table["zone"].tolist()[:3] == [FROZEN_BETTER, UNDECIDED, TUNED_BETTER]
    assert table.drop_duplicates("body_part").set_index("body_part")["where"].to_dict() == {
        "elbow": WITHIN, "finger": BEYOND, "forearm": WITHIN, "humerus": UNDEFINED, "shoulder": BEFORE, "wrist": WITHIN, "all": WITHIN,
    }  # fmt: skip


def test_a_size_above_the_largest_of_its_part_is_beyond_the_data():
    rows = [ROWS[1] | {"size": 4932}, ROWS[0] | {"size": 4932}]
    assert CrossoverSizes(rows).frame()["where"].tolist() == [BEYOND] * 3 + [WITHIN] * 3


def test_both_bounds_beyond_the_data_leave_the_arrow(whole):
    drawn = CrossoverSizes([ROWS[1] | {"size": INF, "low": INF, "high": INF}]).plot()
    assert arrows(drawn.axes[0]) == [(">", 0)]
    whole(drawn)


def test_one_size_and_a_part_twice_are_refused():
    with pytest.raises(ValueError, match="elbow: one training size"):
        CrossoverSizes([ROWS[1] | {"largest": 100}]).plot()
    with pytest.raises(ValueError, match="two rows for elbow"):
        CrossoverSizes([ROWS[1]] * 2).plot()


def test_a_size_whose_interval_spans_the_data_is_not_determined():
    row = {
        "body_part": "hand",
        "size": None,
        "low": 0.0,
        "high": float("inf"),
        "smallest": 100,
        "largest": 1000,
        "zones": [Zone(UNDECIDED, 100, 1000)],
    }
    figure = CrossoverSizes([row])
    assert figure.frame()["where"].tolist() == [SPANS]
    assert [line.get_marker() for line in figure.plot().axes[0].lines] == ["None", "<", ">"], "no point"


def test_zones_are_bars_in_their_colours():
    bars = CrossoverSizes([ROWS[0] | {"size": None}]).plot().axes[0].collections
    spans = [bar.get_paths()[0].get_extents().intervalx for bar in bars]
    assert [tuple(span) for span in spans] == [tuple(zone[1:]) for zone in ZONES]
    assert len({to_hex(bar.get_facecolor()[0]) for bar in bars}) == 3


def test_without_zones_there_is_an_empty_frame_and_no_crossover():
    figure = CrossoverSizes([ROWS[1] | {"zones": []}])
    (bar,) = figure.plot().axes[0].collections
    assert bar.get_facecolor().size == 0 or bar.get_facecolor()[0][3] == 0
    assert len(figure.plot().axes[0].lines) == 0
    assert figure.frame()["zone"].isna().all()
