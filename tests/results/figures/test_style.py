"""The style: colours that all tell apart, and names as a reader knows them."""

import matplotlib
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from results.figures.style import (
    SMALL,
    STRATEGIES,
    look_of,
    looks_of,
    metric_label,
    part_label,
    size_label,
    styled,
)
from results.metrics import METRICS


def test_strategies_differ_in_colour_marker_and_line():
    for field in ("color", "marker"):
        assert len({getattr(look, field) for look in STRATEGIES.values()}) == len(STRATEGIES)
    ours = [look_of(name) for name in ("feature_extraction", "fine_tuning", "hand_crafted")]
    assert len({str(look.line) for look in ours}) == 3
    assert [look.label for look in ours] == ["frozen", "fine-tuned", "hand-crafted"]
    assert all(len(to_rgb(look.color)) == 3 for look in STRATEGIES.values())


def test_an_unknown_strategy_is_grey_and_in_words():
    assert look_of("shuffled_labels").label == "shuffled labels"


def test_lines_take_the_look_of_their_strategy_while_that_tells_them_apart():
    assert [look.color for look in looks_of(["fine_tuning", "hand_crafted"], ["a", "b"])] == [
        STRATEGIES[name].color for name in ("fine_tuning", "hand_crafted")
    ]
    same = looks_of(["fine_tuning"] * 2, ["a", "b"])
    assert same[0].color != same[1].color
    assert [look.label for look in same] == ["a", "b"]
    with pytest.raises(ValueError, match="more than 6 lines"):
        looks_of(["fine_tuning"] * 7, list("abcdefg"))


def test_names_are_the_readers():
    assert metric_label("auroc", "study") == "AUROC per study"
    assert metric_label("cohens_kappa") == "Cohen's kappa"
    assert metric_label("f1_at_chosen") == "F1 (chosen threshold)"
    assert not any("_" in metric_label(name) for name in METRICS)
    assert [part_label("all"), part_label("left_hand")] == ["all parts", "left hand"]
    assert [size_label("full"), size_label(10000)] == ["all", "10,000"]


def test_a_styled_picture_keeps_its_text_and_leaves_the_settings_alone():
    before = matplotlib.rcParams["font.size"]

    @styled
    def plot(_):
        figure = Figure(figsize=(2, 2))
        figure.subplots()
        return figure

    figure = plot(None)
    assert matplotlib.rcParams["font.size"] == before
    figure.axes[0].plot([0, 1000], [0, 1000])
    figure.draw_without_rendering()
    assert {label.get_fontsize() for label in figure.axes[0].get_xticklabels()} == {SMALL}
