"""Labels are those that a reader knows, and looks are told apart in colour and in grey."""

import pytest
from matplotlib.colors import to_rgb

from results import labels
from results.labels import (
    BLUE,
    GREEN,
    VERMILION,
    Look,
    covered,
    distinct,
    look_of,
    looks_of,
    metric_label,
    part_label,
    patients_label,
    percent,
    register_look,
    size_label,
    size_name,
)
from results.metrics import METRICS
from results.text import for_file_name

OURS = ["feature_extraction", "adaptation", "fine_tuning", "hand_crafted"]


def test_strategies_differ_in_colour_marker_and_line():
    ours = [look_of(name) for name in OURS]
    for field in ("color", "marker", "line"):
        assert len({str(getattr(look, field)) for look in ours}) == 4
    assert [look.label for look in ours] == ["frozen", "adapted", "fine-tuned", "hand-crafted"]
    assert all(len(to_rgb(look.color)) == 3 for look in ours)


def test_an_unknown_strategy_is_in_words_and_has_none_of_the_three_colours():
    look = look_of("linear_probe")
    assert look.label == "linear probe"
    assert look.color not in {BLUE, VERMILION, GREEN}
    assert look == look_of("linear_probe")


def test_a_registered_look_is_used_and_can_be_replaced(monkeypatch):
    monkeypatch.setattr(labels, "_LOOKS", dict(labels._LOOKS))
    for label in ("LoRA", "low-rank"):
        register_look("lora", Look(label, "#000000", "P", "-"))
        assert look_of("lora").label == label


def test_lines_take_the_look_of_their_strategy_while_that_tells_them_apart():
    looks = looks_of(["fine_tuning", "hand_crafted"], ["a", "b"])
    assert [(look.color, look.label) for look in looks] == [(VERMILION, "a"), (GREEN, "b")]
    same = looks_of(["fine_tuning"] * 6, list("abcdef"))
    assert len({look.color for look in same}) == len({look.marker for look in same}) == 6
    assert [look.label for look in same] == list("abcdef")
    with pytest.raises(ValueError, match="more than 7 lines"):
        looks_of(["fine_tuning"] * 8, list("abcdefgh"))


def test_metrics_parts_sizes_and_shares_in_words():
    assert metric_label("auroc", "study") == "AUROC per study"
    assert metric_label("cohens_kappa") == "Cohen's kappa"
    assert metric_label("f1_at_chosen") == "F1 (chosen threshold)"
    assert not any("_" in metric_label(name) for name in METRICS)
    assert [part_label("all"), part_label("left_hand")] == ["all parts", "left hand"]
    assert [size_label("full"), size_label(10000)] == ["all", "10,000"]
    assert size_label(size_name("full", 0.9)) == size_name("full", 0.9) == "full (90 % of patients)"
    assert [size_name(size, None) for size in (100, "full")] == [100, "full"]
    assert patients_label([27, 27.2]) == "27 patients"
    assert patients_label([1176, 25]) == "25–1,176 patients"
    assert patients_label([1]) == "1 patient"
    assert [percent(0.95), percent(0.975)] == ["95 %", "97.5 %"]


def test_names_that_give_one_file_name_are_numbered_so_that_no_file_replaces_another():
    taken: set[str] = set()
    assert [distinct(for_file_name(part), taken) for part in ("A+", "A", "b", "a")] == [
        "a",
        "a-2",
        "b",
        "a-3",
    ]


def test_one_seed_says_nothing_of_other_training_sets():
    assert "training sets" in covered(2)
    assert covered(1) == "test patients alone (one seed)"
