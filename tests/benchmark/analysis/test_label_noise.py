"""Which method suffers more from wrong labels: planted so that fine-tuning alone does."""

import pandas as pd
import pytest

from benchmark.analysis.findings import find
from benchmark.analysis.label_noise import noise_points, noise_rows
from tests.benchmark.planted import answers_from, grid_of, planted


@pytest.fixture(scope="module")
def noisy(tmp_path_factory):
    grid = grid_of(
        body_parts=["elbow"],
        train_sizes=[50, 400],
        hand_crafted=None,
        noise={"share": [0.1, 0.4]},
        seeds=[0, 1, 2],
    )
    return planted(tmp_path_factory.mktemp("noise"), grid)


@pytest.fixture(scope="module")
def rows(noisy):
    return noise_rows(answers_from(*noisy))


def test_each_share_stands_beside_the_score_without_noise(rows):
    assert rows["share"].tolist() == [0, 0.1, 0.4]
    assert set(rows["train_size"]) == {400}, "the largest size alone"
    clean = rows.iloc[0]
    assert clean["loses_more"] == ""
    for side in ("first", "second"):
        assert rows[f"{side}_change"].iloc[1:].tolist() == pytest.approx((rows[side] - clean[side]).iloc[1:])
        assert (rows[f"{side}_low"] < rows[side]).all()
    change = rows["second_change"] - rows["first_change"]
    assert rows["difference"].iloc[1:].tolist() == pytest.approx(change.iloc[1:])


def test_the_method_that_suffers_is_named(rows):
    last = rows.iloc[-1]
    assert last["second_change"] < -0.15
    assert abs(last["first_change"]) < 0.1
    assert last["difference"] < last["high"] < 0
    assert last["loses_more"] == "fine_tuning"
    assert last["p"] <= last["p_adjusted"] <= 0.05


def test_points_are_the_scores_by_strategy_and_share(rows):
    points = noise_points(rows)
    assert len(points) == 6
    tuned = points[points["strategy"] == "fine_tuning"]
    assert tuned["share"].tolist() == [0, 0.1, 0.4]
    assert tuned["value"].tolist() == rows["second"].tolist()
    assert tuned["low"].tolist() == rows["second_low"].tolist()
    again = pd.concat([rows, rows.assign(comparison="fine-tuned − adapted")])
    assert len(noise_points(again)) == 9, "a strategy of two comparisons stands once"


def test_noise_is_among_no_other_answers(noisy, rows):
    plan, records = noisy
    findings = find(answers_from(plan, records), plan)
    assert findings.noise.equals(rows)
    assert len(findings.controls) == 0
    assert {record.control for record in findings.evaluated.finished} == {""}


def test_without_such_cells_there_is_no_row(whole):
    assert len(noise_rows(answers_from(*whole))) == 0
