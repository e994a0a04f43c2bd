import re
from dataclasses import replace

import pytest
from PIL import Image

from benchmark.app import fragments
from benchmark.app.opinions import Opinion, View
from benchmark.app.own_test import OwnTest
from benchmark.prediction.predictor import ImagePrediction, StudyPrediction
from benchmark.store.record import Bounded

HOSTILE = '<img src=x onerror="alert(1)">\u202e[a](javascript:b) :smile: $x$'
ESCAPED = "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;U+202E[a](javascript:b) :smile: $x$"
VIEW = View(ImagePrediction("a.png", 0.75, 1.0), Image.new("L", (4, 4)), None)


def opinion(probability=0.75, threshold=0.5, decision="abnormal", warnings=()):
    image = ImagePrediction("a.png", probability, 1.0, tuple(warnings))
    said = StudyPrediction("study", probability, int(probability >= threshold), decision, (image,))
    return Opinion(said, threshold, 0.9, (replace(VIEW, prediction=image),))


def text(markup):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", str(markup))).strip()


def test_an_abnormal_study_is_told_with_both_probabilities_and_the_threshold():
    said = text(fragments.verdict(opinion()))
    assert said.startswith(
        "Abnormal probability of abnormal 0.750 , of normal 0.250 (calibrated) threshold 0.500"
    )
    assert "At 90 % coverage the model does not abstain: only abnormal is plausible." in said


def test_a_normal_study_is_told_alike():
    said = text(fragments.verdict(opinion(0.25, decision="normal")))
    assert said.startswith("Normal probability of abnormal 0.250 , of normal 0.750")
    assert "only normal is plausible" in said


def test_an_abstention_and_a_contradiction_are_told():
    assert "the model abstains" in text(fragments.verdict(opinion(decision="abstains")))
    found = fragments.verdict(opinion(decision="normal"))
    assert "holds only normal for plausible, against the side of its threshold" in text(found)
    assert "bm-warning" in found


def test_the_probability_and_the_threshold_stand_on_the_scale():
    found = fragments.verdict(opinion(0.25, 0.4))
    assert "--cut: 40.0%" in found
    assert "left: 25.0%" in found


def test_warnings_stand_before_the_class_which_is_grey_then():
    found = fragments.verdict(opinion(warnings=["unlike the training images"]))
    assert text(found).startswith(
        "Unlike the training images. What is said below may not hold for it. Abnormal probability"
    )
    assert "bm-doubtful" in found
    assert "bm-abnormal" not in found


def test_performance_has_every_metric_with_its_interval_and_what_it_was_measured_on():
    metrics = {
        "AUROC": Bounded(value=0.8, low=0.7, high=0.9),
        "sensitivity (chosen threshold)": Bounded(value=None),
    }
    found = text(fragments.performance(OwnTest(metrics, 0.95, 1200, 500, 800), "XR_HAND"))
    assert "In its own test on XR HAND: 1,200 studies (500 abnormal) of 800 patients" in found
    assert "95 % intervals" in found
    assert "AUROC 0.800 [0.700, 0.900]" in found
    assert "sensitivity at this threshold – [–, –]" in found


def test_performance_tells_a_leak_and_a_test_that_shows_nothing():
    quiet = OwnTest({}, 0.95, 1, 1, 1)
    assert "bm-warning" not in fragments.performance(quiet, "hand")
    found = text(fragments.performance(replace(quiet, leak="LEAKY split", better_than_chance=False), "hand"))
    assert "LEAKY split" in found
    assert "does not show that it is better than chance" in found


def test_provenance_names_the_cell(kept):
    choice = kept["fine_tuning", "end_to_end"]
    found = text(fragments.provenance(choice))
    assert f"grid kept, cell {choice.record.cell}" in found
    assert "Trained on 60 images" in found
    assert "40 × 40 pixels" in found


def test_a_view_is_named_with_its_probability_and_its_remarks():
    assert text(fragments.view_head(VIEW)) == "a.png: probability of abnormal 0.750"
    assert fragments.view_remarks(VIEW) == ""
    silent = replace(VIEW, speaks=False, prediction=replace(VIEW.prediction, warnings=("unlike",)))
    assert text(fragments.view_remarks(silent)) == "unlike No place of this view speaks for abnormal."


def test_two_models_that_disagree_are_told():
    yes, no = opinion(), opinion(0.25, decision="normal")
    assert text(fragments.disagreement([yes, no])) == "The two models disagree."
    assert fragments.disagreement([yes, yes]) == fragments.disagreement([yes, "an error"]) == ""


@pytest.mark.parametrize(
    "markup",
    [
        lambda: fragments.message(HOSTILE),
        lambda: fragments.small(HOSTILE),
        lambda: fragments.method(HOSTILE),
        lambda: fragments.view_head(replace(VIEW, prediction=replace(VIEW.prediction, image=HOSTILE))),
        lambda: fragments.view_remarks(
            replace(VIEW, prediction=replace(VIEW.prediction, warnings=(HOSTILE,)))
        ),
        lambda: fragments.performance(OwnTest({}, 0.95, 1, 1, 1), HOSTILE),
        lambda: fragments.performance(OwnTest({HOSTILE: Bounded(value=0.5)}, 0.95, 1, 1, 1), "hand"),
    ],
)
def test_text_of_users_is_text(markup):
    assert ESCAPED in markup()
