"""Does it look at the right place? The words for every outcome, and the section of a report."""

from dataclasses import replace

import pandas as pd
import pytest

from benchmark.analysis.findings import find
from benchmark.api import load_results
from benchmark.reporting.page import _places
from benchmark.reporting.page_parts import DETAILS, Parts
from benchmark.reporting.places import place_figures, place_text, sees_from
from benchmark.reporting.tables import _tables
from benchmark.reporting.write import _localisation


def row(strategy, images, gain_low, **changes):
    return {
        "body_part": "all",
        "train_size": images,
        "images": images,
        "strategy": strategy,
        "backbone": "resnet18",
        "classifier": "",
        "marked": 80,
        "marked_patients": 40,
        "measure": "pointing",
        "value": 0.5,
        "low": 0.4,
        "high": 0.6,
        "centre": 0.25,
        "chance": 0.1,
        "gain": 0.25,
        "gain_low": gain_low,
        "gain_high": 0.4,
        "ahead": 0.2 if strategy == "fine_tuning" else None,
        "ahead_low": 0.1,
        "ahead_high": 0.3,
    } | changes


def study(tuned, frozen):
    """Rows at 100, 400 and 1,000 images; True where the map beats the middle."""
    return pd.DataFrame(
        row(strategy, images, 0.1 if beats else -0.1)
        for strategy, beaten in (("feature_extraction", frozen), ("fine_tuning", tuned))
        for images, beats in zip((100, 400, 1000), beaten, strict=True)
    )


@pytest.mark.parametrize(
    ("beats", "expected"),
    [
        ((True, True, True), 100),
        ((True, False, True), 1000),
        ((True, True, False), None),
        ((False,) * 3, None),
    ],
)
def test_a_size_counts_when_all_larger_ones_do(beats, expected):
    rows = study(beats, beats).to_dict("records")[:3]
    assert sees_from(rows[::-1]) == expected


@pytest.mark.parametrize(
    ("tuned", "frozen", "words"),
    [
        (
            (0, 1, 1),
            (0, 0, 1),
            "fine-tuned it looks at the right place at fewer images**: from 400 on, frozen from 1,000 on",
        ),
        (
            (0, 0, 1),
            (0, 0, 0),
            "fine-tuned it looks at the right place at fewer images**: from 1,000 on, frozen at none",
        ),
        (
            (0, 0, 0),
            (1, 1, 1),
            "frozen it looks at the right place at fewer images**: from 100 on, fine-tuned at none",
        ),
        (
            (0, 0, 1),
            (0, 1, 1),
            "frozen it looks at the right place at fewer images**: from 400 on, fine-tuned from 1,000",
        ),
        ((0, 1, 1), (0, 1, 1), "from the same size on, 400 images"),
        ((0, 0, 0), (0, 0, 0), "neither fine-tuned nor frozen is shown"),
    ],
)
def test_the_answer_names_the_sizes(tuned, frozen, words):
    text = place_text(study(tuned, frozen))
    assert words in text
    assert "Fine-tuned minus frozen: +0.20 [+0.10, +0.30] at 100 images; " in text
    assert "**all parts**: 80 test images of 40 patients have a known box" in text
    assert text.count("\n- ") == 2


def test_names_that_users_typed_are_escaped():
    table = study((1, 1, 1), (0, 0, 0)).assign(backbone="a*b*")
    assert r"a\*b\*" in place_text(table)


def test_nothing_is_drawn_where_nothing_was_measured(findings):
    assert not list(place_figures(findings))
    table = study((1, 1, 1), (0, 0, 0))
    ((name, caption, make),) = place_figures(replace(findings, localisation=table))
    assert name == "localisation_all"
    assert "right place" in caption
    assert set(make().frame()["line"]) == {"resnet18"}


def test_a_report_without_kept_models_misses_no_table(findings):
    assert "localisation" not in [name for name, _ in _tables(findings)]


def test_a_report_of_kept_models_has_text_figure_and_table(kept_run, tmp_path):
    plan, records = kept_run
    answers = load_results(records.folder.parent, plan.grid, jobs=1).answers
    findings = replace(find(answers, plan), localisation=_localisation(plan, answers))
    assert [name for name, _ in _tables(findings)].count("localisation") == 1
    assert [name for name, _, _ in place_figures(findings)] == ["localisation_all"]
    (prose,) = _places(findings, Parts(tmp_path, [], [], DETAILS[0]))
    assert "bundled fine-tuned: **" in prose.text
