"""The answer in words: what it rests on, and how a crossover is written."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from benchmark.reporting.answer import (
    answer_rows,
    answer_text,
    crossover_text,
    difference_text,
    over_backbones,
)
from results.crossover import (
    ALWAYS,
    BEYOND,
    CROSSED,
    FROZEN_BETTER,
    NOT_DETERMINED,
    UNDECIDED,
    Zone,
    zones_text,
)


def test_it_is_over_all_backbones_where_there_are_several(findings):
    rows = answer_rows(findings)
    assert {row["backbone"] for row in rows} == {EVERY_BACKBONE}
    assert {row["comparison"] for row in rows} == {"fine-tuned − frozen"}
    assert len(rows) == 3 * 3, "body parts and sizes"


def test_of_a_single_backbone_its_own_rows_are_shown():
    rows = pd.DataFrame({"backbone": ["resnet18", "resnet18"]})
    assert len(over_backbones(rows)) == 2


def test_the_text_has_a_line_per_difference_and_crossover(findings):
    text = answer_text(findings)
    assert text.count("\n- ") + text.count("\n\n- ") >= 3 * 3
    assert "familywise level 0.05 over the 9 comparisons that the grid plans" in text
    assert "By training images" in text
    assert "patients leak" not in text


def test_a_split_that_leaks_is_said_first(findings):
    evaluated = findings.evaluated
    for protocol, words in (
        ("image", "The split is by image"),
        ("official", "Some patients are in training and in test"),
    ):
        changes = {"leaky": True, "protocol": protocol}
        leaky = [record.model_copy(update=changes) for record in evaluated.finished]
        text = answer_text(replace(findings, evaluated=replace(evaluated, finished=leaky)))
        assert text.startswith(f"**{words}: patients leak from training into the test set")


def test_without_a_head_to_head_it_says_so(findings):
    assert "there is no head-to-head" in answer_text(replace(findings, differences=pd.DataFrame()))


ZONES = [Zone(FROZEN_BETTER, 50, 300), Zone(UNDECIDED, 300, 1000)]
SAID = "**frozen better up to 300 images, undecided from 300**; crossover"


def crossover_row(value, status, low, low_status, high, high_status):
    named = {"value": value, "status": status, "low": low, "low_status": low_status}
    said = {"zones": ZONES, "zones_text": zones_text(ZONES)}
    return named | {"high": high, "high_status": high_status, "smallest": 50, "largest": 1000} | said


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ((640.0, CROSSED, 310.0, CROSSED, 900.0, CROSSED), "640 [310, 900]"),
        ((640.0, CROSSED, 310.0, CROSSED, None, BEYOND), "640 [310, above 1,000]"),
        ((None, ALWAYS, None, ALWAYS, 60.0, CROSSED), "below 50 [below 50, 60]"),
        ((640.0, CROSSED, None, ALWAYS, None, BEYOND), f"{NOT_DETERMINED} [below 50, above 1,000]"),
    ],
)
def test_zones_come_first_and_a_crossover_is_a_number_or_an_open_end(row, text):
    assert crossover_text(crossover_row(*row)) == f"{SAID} {text}"


@pytest.mark.parametrize(("said", "text"), [("one trained pair", "one trained pair"), ("", "undefined")])
def test_without_zones_no_crossover_is_claimed(said, text):
    row = crossover_row(640.0, CROSSED, 310.0, CROSSED, 900.0, CROSSED)
    assert crossover_text(row | {"zones": [], "zones_text": said}) == text


def test_the_parts_together_are_the_headline_for_parts(findings):
    row = findings.together.iloc[0].to_dict() | {"backbone": "net", "train_size": 100, "parts": 7}
    known = row | {"mean": 0.02, "low": -0.01, "high": 0.05, "new_low": -0.04, "new_high": 0.08}
    known |= {"tau": 0.021, "p": 0.0004}
    unknown = row | {"train_size": "full", "reason": "one seed"}
    text = answer_text(replace(findings, together=pd.DataFrame([known, unknown])))
    assert (
        "- net, 100 images, 7 parts: **+0.020** [-0.010, +0.050]; another part [-0.040, +0.080]; "
        "SD over parts 0.021, equal parts: p <0.001"
    ) in text
    assert "- net, all images, 7 parts: one seed" in text
    assert "another part not known from two parts" in answer_text(findings)


def test_the_text_says_how_many_more_images_freezing_needs(findings):
    text = answer_text(findings)
    assert "the label-efficiency ratio, 95% interval" in text
    (line,) = [line for line in text.splitlines() if line.startswith("- all parts") and "×" in line]
    images = findings.efficiency.query("body_part == 'all'")["images"].unique()
    assert all(f"at {size:,} images " in line for size in images)


def test_a_difference_that_is_undefined_is_a_dash():
    assert difference_text({"difference": 0.1, "low": None, "high": -0.2}) == "+0.100 [–, -0.200]"
    assert difference_text({"difference": None, "low": None, "high": None}) == "– [–, –]"
    assert difference_text({"difference": -0.1, "low": math.nan, "high": math.nan}) == "-0.100 [–, –]"
