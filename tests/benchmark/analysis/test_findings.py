"""What a report says is what was planted, and what its tables hold can be worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from benchmark.analysis.findings import find
from benchmark.analysis.metrics_table import COLUMNS, metrics_frame
from benchmark.analysis.paired_differences import QUESTION, comparisons
from benchmark.analysis.resampled_cells import CHOSEN, EVERY_BACKBONE, Method
from results.evaluation import evaluate, resampled_metric
from tests.benchmark.planted import answers_from, grid_of, planted
from tests.planted_study import CROSSING


def test_differences_hold_every_pair_of_strategies(findings):
    table = findings.differences
    counts = table.groupby(["comparison", "backbone"]).size()
    assert set(counts.index) == {
        (comparison, backbone)
        for comparison in (comparison.name for comparison in comparisons())
        for backbone in ("resnet18", "resnet34", EVERY_BACKBONE)
    }
    assert (counts == 3 * 3).all()  # body parts × sizes
    assert (table["seeds"] == 2).all()


def test_a_difference_is_that_of_the_mean_values(findings):
    table, study = findings.differences, findings.study
    row = table[
        (table["comparison"] == QUESTION.name)
        & (table["body_part"] == "elbow")
        & (table["train_size"] == 400)
    ]
    values = {
        strategy: np.mean(
            [
                r.bounded("study", "auroc").value
                for r in study.cells
                if r.strategy == strategy
                and r.classifier != "majority"
                and r.body_part == "elbow"
                and r.train_size == 400
            ]
        )
        for strategy in ("feature_extraction", "fine_tuning")
    }
    over = row[row["backbone"] == EVERY_BACKBONE].iloc[0]
    assert over["first"] == pytest.approx(values["feature_extraction"])
    assert over["second"] == pytest.approx(values["fine_tuning"])
    assert over["difference"] == pytest.approx(row[row["backbone"] != EVERY_BACKBONE]["difference"].mean())
    assert over["low"] < over["difference"] < over["high"]


def test_p_values_are_adjusted_within_their_family(findings):
    table = findings.differences
    for over in (False, True):
        family = table[
            (table["comparison"] == QUESTION.name) & ((table["backbone"] == EVERY_BACKBONE) == over)
        ]
        assert (family["family"] == len(family)).all()
        expected = multipletests(family["p"], method="holm")[1]
        np.testing.assert_allclose(family["p_adjusted"], expected)


def test_the_planted_crossover_is_found(findings):
    table = findings.crossovers
    assert len(table) == 3 * 3
    row = table[(table["backbone"] == EVERY_BACKBONE) & (table["body_part"] == "all")].iloc[0]
    assert row["status"] == "crossed"
    assert row["low"] < CROSSING < row["high"]
    assert CROSSING / 2 < row["value"] < CROSSING * 2


def test_scores_name_the_best_and_those_that_may_be_as_good(findings):
    for _, rows in findings.scores.groupby(["body_part", "train_size"], sort=False):
        assert (rows["standing"] == "best").sum() == 1
        assert rows.loc[rows["standing"] == "best", "value"].item() == rows["value"].max()
        majority = rows[rows["classifier"] == "majority"]
        assert (majority["standing"] == "").all()
    largest = findings.scores[
        (findings.scores["body_part"] == "all") & (findings.scores["train_size"] == "full")
    ]
    assert (largest.loc[largest["strategy"] == "fine_tuning", "standing"] != "").all()
    assert (largest.loc[largest["strategy"] == "hand_crafted", "standing"] == "").all()


def test_the_majority_control_is_never_chosen(findings):
    for chosen in findings.study.chosen.values():
        assert set(chosen) == {
            Method("feature_extraction", "resnet18", CHOSEN),
            Method("feature_extraction", "resnet34", CHOSEN),
            Method("fine_tuning", "resnet18", ""),
            Method("fine_tuning", "resnet34", ""),
            Method("hand_crafted", "", CHOSEN),
        }
        assert all(record.classifier != "majority" for side in chosen.values() for record in side.values())


def test_the_metric_is_resampled_as_a_single_cell_is(findings):
    study = findings.study
    record = study.cells[5]
    value, drawn, patients = resampled_metric(
        study.predictions(record), record.threshold, metric="auroc", unit="study", resamples=200
    )
    assert patients == record.counts.test_patients
    assert study.resampled[record.cell].value == value == record.bounded("study", "auroc").value
    np.testing.assert_array_equal(study.resampled[record.cell].drawn, drawn.astype(np.float32))


def test_classical_tests_stand_beside_the_resampling(findings):
    table = findings.tests
    assert len(table) == 2 * 3 * 3 * 2  # networks × parts × sizes × seeds
    np.testing.assert_allclose(table["difference"], table["auroc_difference"])
    far = table["p"] < 0.02
    assert far.any()
    assert (table.loc[far, "delong_p"] < 0.05).all()
    assert table["mcnemar_p"].between(0, 1).all()


def test_ranks_put_fine_tuning_first_and_the_frozen_classifier_second(findings):
    # majority is left out, so that two methods remain: too few to compare ranks
    assert findings.ranks["average_ranks"] is None
    assert "2 methods" in findings.ranks["reason"]


def test_heterogeneity_is_over_body_parts_without_all(findings):
    table = findings.heterogeneity
    assert set(table["parts"]) == {2}
    assert set(table["backbone"]) == {"resnet18", "resnet34", EVERY_BACKBONE}


def test_spread_over_seeds_is_told_apart(findings):
    table = findings.spread
    assert len(table) == 5 * 3 * 3
    assert (table["test_sd"] > 0).all()


def test_fits_mark_what_lies_beyond_the_data(findings):
    table = findings.fits
    assert (table["extrapolated"].eq(True) == (table["measured"].isna() & table["reason"].isna())).all()
    assert table["extrapolated"].eq(True).any()


def test_counts_are_those_of_the_manifest(findings):
    table = findings.counts
    images = findings.plan.manifest.images
    for part in ("elbow", "wrist"):
        for split in ("train", "test"):
            rows = images[(images["body_part"] == part) & (images["split"] == split)]
            counted = table[(table["body_part"] == part) & (table["split"] == split)]
            assert counted["images"].sum() == len(rows)
            assert counted["studies"].sum() == rows["study"].nunique()
            ill = counted[counted["label"] == 1].iloc[0]
            assert ill["patients"] == rows.loc[rows["label"] == 1, "patient"].nunique()


def test_metrics_file_has_a_row_for_each_cell_part_unit_and_metric(findings):
    record = next(r for r in findings.study.cells if r.body_part == "all")
    frame = metrics_frame([record])
    assert tuple(frame.columns) == COLUMNS
    found = evaluate(findings.study.predictions(record), threshold=record.threshold, resamples=200)
    assert len(frame) == 3 * 2 * len(found["metrics"]["study"])
    row = frame[
        (frame["body_part"] == "elbow") & (frame["unit"] == "image") & (frame["metric"] == "f1")
    ].iloc[0]
    assert row["value"] == found["body_part_metrics"]["elbow"]["image"]["f1"]["value"]
    assert row["evaluated_on"] == "valid"
    assert not frame.duplicated(["cell", "body_part", "unit", "metric"]).any()
    assert pd.api.types.is_float_dtype(frame["value"])


def test_a_grid_whose_curves_all_fall_has_no_law_and_says_why(tmp_path):
    grid = grid_of(
        feature_extraction=None, fine_tuning=None, seeds=[0], body_parts=["wrist"], train_sizes=[50, 400]
    )
    plan, records = planted(tmp_path, grid)
    table = find(answers_from(plan, records), plan).fits
    assert table["reason"].notna().all()
    assert table[["asymptote", "scale", "exponent"]].isna().all(axis=None)
