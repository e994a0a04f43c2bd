"""The results: scores, differences with their verdicts, errors and limits, with the numbers of the facts."""

from results.checklists import result_sentences as results
from tests.results.checklists.study import HALF, difference, study


def test_scores_have_their_interval_and_place():
    assert results.scores(study()) == (
        "AUROC per study [95 % interval], all parts, 36,808 training images, mean of three seeds: "
        "frozen densenet169 0.900 [0.800, 0.950]."
    )
    assert results.scores(study(scores=[])) == ""


def test_verdicts_are_of_the_main_part_and_count_the_others():
    assert results.verdicts(study()) == (
        "AUROC per study, fine-tuned minus frozen, unadjusted intervals: densenet169, all parts, 3,000 images: "
        "+0.031 [+0.010, +0.052], fine-tune (1 other in the report)."
    )
    alone = study(differences=[difference("all", low=None, high=None, verdict="one trained pair")])
    assert results.verdicts(alone).endswith("+0.031 [no interval], one trained pair, no claim about methods.")


def test_verdicts_are_in_words():
    for name, words in {
        "undecided": "undecided, could detect ≥ 0.041",
        "equal": "equal within ±0.02",
    }.items():
        assert results.verdicts(study(differences=[difference("all", verdict=name)])).endswith(f"{words}.")


def test_errors_are_counted():
    assert results.errors(study()) == (
        "At the same threshold, frozen densenet169 missed 12 of 1,500 abnormal studies and called 34 of 700 "
        "normal ones abnormal."
    )
    assert "0.900 [0.800, 0.950] and 0.900 [no interval]" in results.calls(study())


def test_limits_are_those_that_the_records_show():
    assert results.limits(study()) == (
        "From the records: one data set, without external testing; the seeds share all their images at the "
        "full size."
    )
    few = {side: {"normal": HALF, "abnormal": HALF | {"patients": 9}} for side in ("train", "test")}
    many = study(
        seeds=[0], protocol="image", counts=few, cells={"planned": 5, "finished": 4}, shared_patients=1
    )
    text = results.limits(many)
    for words in ("one seed", "patients leak", "without 1 planned cell", "9 abnormal test patients, too few"):
        assert words in text


def test_patients_on_both_sides_of_a_split_that_should_keep_them_apart_are_a_limit():
    assert "patients in training and in test, who leak" in results.limits(study(shared_patients=2))


def test_the_question_and_what_was_varied():
    assert "the main family holds 64 comparisons" in results.question(study())
    assert results.question(study(fine_tuning=None)) == ""
    assert "controls: shuffled labels and majority" in results.robustness(study())
    assert results.robustness(study(controls=[])).endswith("no control was run.")
    assert "its valid part: 3,197 images" in results.internal_test(study())
