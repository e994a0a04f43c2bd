"""Figures over all methods take the findings' own numbers."""

from dataclasses import replace

import pandas as pd
import pytest

from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from benchmark.reporting.overview_figures import overview
from results.crossover import ALWAYS, BEYOND


def made(findings):
    return {name: (caption, make) for name, caption, make in overview(findings)}


def test_learning_curves_are_drawn_over_backbones_and_for_each(findings):
    names = [name for name in made(findings) if name.startswith("learning_curves")]
    assert names == ["learning_curves", "learning_curves_resnet18", "learning_curves_resnet34"]


def test_a_forest_holds_the_differences_of_its_comparison(findings):
    caption, make = made(findings)["fine_tuned_minus_frozen"]
    assert "fine-tuned minus frozen" in caption
    rows = findings.differences[findings.differences["comparison"] == "fine-tuned − frozen"]
    assert sorted(make().frame()["difference"]) == pytest.approx(sorted(rows["difference"]))


def test_a_crossover_outside_the_data_is_open(findings):
    table = findings.crossovers.assign(status=[BEYOND, *[ALWAYS] * (len(findings.crossovers) - 1)])
    frame = made(replace(findings, crossovers=table))["crossover_sizes"][1]().frame()
    assert frame["size"].isna().all()
    assert set(frame["where"]) <= {BEYOND, "before the data", "not determined"}


def test_body_parts_stand_alone_and_together(findings):
    caption, make = made(findings)["body_parts"]
    assert "each body part alone" in caption
    frame = make().frame()
    assert set(frame["body_part"]) == {"", *(part for part in findings.evaluated.largest if part != "all")}
    assert set(frame["kind"]) == {"alone", "mean over parts"}, "two parts are too few for more"


def test_a_backbone_with_parts_of_its_own_has_its_own_figure(findings):
    names = {"together": findings.together, "shrunken": findings.shrunken}
    several = {name: table[table["backbone"] != EVERY_BACKBONE] for name, table in names.items()}
    figures = made(replace(findings, **several))
    assert {name for name in figures if name.startswith("body_parts")} == {
        "body_parts",
        "body_parts_resnet34",
    }
    assert "(resnet34)" in figures["body_parts_resnet34"][0]


def test_the_heat_map_shows_each_method_in_each_body_part(findings):
    frame = made(findings)["heat_map_kappa"][1]().frame()
    text = frame.to_csv()
    for name in ("resnet18", "resnet34", "chosen"):
        assert name in text


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        (
            "fine_tuned_minus_frozen",
            {"differences": pd.DataFrame()},
            "has both frozen and fine-tuned results",
        ),
        ("crossover_sizes", {"crossovers": pd.DataFrame()}, "two training sizes"),
        ("critical_difference", {}, "2 methods"),
        ("body_parts", {"shrunken": pd.DataFrame()}, "two body parts with two seeds"),
    ],
)
def test_without_its_numbers_a_figure_says_why(findings, name, changes, reason):
    with pytest.raises(ValueError, match=reason):
        made(replace(findings, **changes))[name][1]()


def test_old_records_without_costs_have_no_cost_figure(findings):
    table = findings.cost.assign(seconds_total=None)
    with pytest.raises(ValueError, match="older than the costs"):
        made(replace(findings, cost=table))["cost_accuracy"][1]()
