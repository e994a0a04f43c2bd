"""The planted crossover shows in the ratios: below it fewer frozen images do, above it more are needed."""

from benchmark.analysis.label_efficiency import efficiency_rows, question_curves
from benchmark.analysis.paired_differences import pairs
from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from tests.planted_study import CROSSING


def test_every_curve_has_a_ratio_at_every_size(findings):
    table = findings.efficiency
    assert set(table["backbone"]) == {"resnet18", "resnet34", EVERY_BACKBONE}
    sizes = findings.differences.groupby("body_part")["images"].unique()
    for (part, _), rows in table.groupby(["body_part", "backbone"]):
        assert rows["images"].tolist() == sorted(sizes[part])
    assert set(table["seeds"]) == {2}


def test_ratios_change_at_the_planted_crossover(findings):
    table = findings.efficiency
    rows = table[(table["backbone"] == EVERY_BACKBONE) & (table["body_part"] == "all")].set_index("images")
    assert (rows.loc[rows.index < CROSSING, "value"] <= 1).all()
    assert (rows.loc[rows.index > CROSSING, "value"] >= 1).all()
    assert rows.loc[rows.index > CROSSING, "status"].isin(["reached", "more"]).all()


def test_a_single_size_has_none(findings):
    evaluated = findings.evaluated
    small = [pair for pair in pairs(evaluated) if pair.setting.train_size == 400]
    assert len(question_curves(small)) == 3 * 3
    assert efficiency_rows(evaluated, small).empty
