"""The answer in one sentence: its words follow from the verdicts, and claim no more than these."""

import pandas as pd
import pytest

from benchmark.analysis.headline import NO_ANSWER, headline
from benchmark.analysis.paired_differences import QUESTIONS
from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from benchmark.grid.schema import Evaluation
from results.verdict import ADAPT, EQUAL, FINE_TUNE, FREEZE, ONE_PAIR, UNDECIDED

SIZES = {100: 100, 400: 400, "full": 1348}
NUMBERS = {"difference": 0.0257, "low": -0.09, "high": 0.151, "margin": 0.02, "family": 3, "interim": False}


def row(verdict, size="full", part="all", **changes):
    axes = {"comparison": QUESTIONS[0].name, "backbone": "bundled", "recipe": "", "body_part": part}
    return axes | {"train_size": size, "images": SIZES[size], "verdict": verdict} | NUMBERS | changes


def said(*rows, leak=""):
    return headline(pd.DataFrame(rows), Evaluation(), leak)


def by_size(*verdicts):
    return said(*(row(verdict, size) for verdict, size in zip(verdicts, SIZES, strict=True)))


def test_the_sentence_has_the_verdict_and_the_difference_at_the_largest_size():
    assert said(row(FINE_TUNE, low=0.01, high=0.04)).sentence == (
        "Fine-tune with all 1,348 images: with all 1,348 images, fine-tuning bundled instead of freezing it "
        "changed the AUROC per study by +0.026 (95 % interval +0.010 to +0.040)."
    )


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        ((UNDECIDED, UNDECIDED, UNDECIDED), "Not decided at any of the 3 training sizes"),
        ((FINE_TUNE, FINE_TUNE, FINE_TUNE), "Fine-tune at all 3 training sizes"),
        ((ONE_PAIR, ONE_PAIR, ONE_PAIR), "No claim from one seed at any of the 3 training sizes"),
        (
            (FREEZE, EQUAL, FINE_TUNE),
            "Fine-tune with all 1,348 images, equal within 0.02 with 400 images, freeze with 100 images",
        ),
        ((UNDECIDED, UNDECIDED, FREEZE), "Freeze with all 1,348 images, not decided with 100 and 400 images"),
    ],
)
def test_sizes_go_together_by_their_verdict_the_largest_first(verdicts, words):
    assert by_size(*verdicts).verdict == words


def test_what_is_not_decided_is_never_called_equal():
    for interval in ((-0.01, 0.01), (-0.2, 0.2)):
        low, high = interval
        assert "equal" not in said(row(UNDECIDED, low=low, high=high)).sentence


def test_an_interval_without_zero_that_decides_nothing_says_why():
    sentence = said(row(UNDECIDED, low=0.007, high=0.047)).sentence
    assert "interval +0.007 to +0.047; not enough after adjustment for 3 planned comparisons)" in sentence
    assert "adjustment" not in said(row(FINE_TUNE, low=0.007, high=0.047)).sentence


def test_all_parts_together_answer_and_each_part_has_a_row_at_its_largest_size():
    rows = [row(UNDECIDED, part="elbow"), row(FREEZE, 100, "elbow"), row(FINE_TUNE), row(UNDECIDED, 400)]
    answer = said(*rows)
    assert answer.verdict == "Fine-tune with all 1,348 images, not decided with 400 images"
    shown = [(one["body_part"], one["size"], one["verdict"], one["fewer_images"]) for one in answer.rows]
    assert shown == [
        ("all", "all 1,348", FINE_TUNE, "not decided with 400"),
        ("elbow", "all 1,348", UNDECIDED, "freeze with 100"),
    ]


def test_body_parts_without_all_together_answer_each_for_itself():
    rows = [
        row(FINE_TUNE, part="elbow", difference=0.03),
        row(UNDECIDED, part="wrist", difference=-0.01),
        row(FINE_TUNE, part="hand", difference=0.02),
    ]
    answer = said(*rows)
    assert answer.verdict == "Fine-tune for elbow and hand, not decided for wrist"
    assert answer.numbers.endswith("changed the AUROC per study by −0.010 (wrist) to +0.030 (elbow)")
    many = said(*(row(UNDECIDED if n else FREEZE, part=f"part{n}") for n in range(6)))
    assert many.verdict == "Freeze for part0, not decided for 5 of 6 body parts"
    assert said(*(row(EQUAL, part=name) for name in "ab")).verdict == "Equal within 0.02 for all 2 body parts"


def test_a_single_part_is_named():
    assert "with all 1,348 images of elbow, fine-tuning" in said(row(FREEZE, part="elbow")).sentence


def test_a_mean_over_networks_is_said_to_be_one():
    assert "fine-tuning instead of freezing changed the AUROC per study (mean over networks)" in (
        said(row(FREEZE, backbone=EVERY_BACKBONE), row(FREEZE, backbone="bundled")).sentence
    )
    several = said(row(FREEZE, part="elbow"), row(FREEZE, part="hand", backbone="other"))
    assert "mean over networks" not in several.sentence


def test_the_first_question_that_a_grid_asks_is_answered_and_the_others_have_rows():
    adapted = row(ADAPT, comparison=QUESTIONS[1].name)
    assert said(adapted).question == "freeze or adapt?"
    assert "adapting bundled instead of freezing it" in said(adapted).sentence
    both = said(adapted, row(UNDECIDED))
    assert both.question == "freeze or fine-tune?"
    assert [one["comparison"] for one in both.rows] == [QUESTIONS[0].name, QUESTIONS[1].name]


def test_leaks_and_unfinished_grids_are_said_first():
    sentence = said(row(FREEZE, interim=True), leak="LEAKY split by image").sentence
    assert sentence.startswith("LEAKY split by image: scores are too high. Interim, ")


def test_an_unknown_difference_or_interval_is_left_out():
    nan = float("nan")
    assert "by +0.026." in said(row(UNDECIDED, low=nan, high=nan)).sentence
    assert "by –." in said(row(UNDECIDED, difference=nan, low=nan, high=nan)).sentence


@pytest.mark.parametrize("rows", [[], [row("")]])
def test_without_a_network_used_in_two_ways_there_is_no_answer(rows):
    assert said(*rows).sentence == f"{NO_ANSWER}."
    assert said(*rows).rows == ()


def test_patients_drawn_are_in_the_size():
    share = row(FREEZE) | {"train_size": "full (90 % of patients)", "images": 1213.0}
    assert said(share).verdict == "Freeze with 1,213 (90 % of patients) images"


def test_a_planted_grid_has_an_answer_for_each_part(findings):
    assert [one["body_part"] for one in findings.headline.rows] == ["all", "elbow", "wrist"]
    assert findings.headline.verdict.startswith(("Fine-tune", "Freeze", "Equal", "Not decided"))
