"""The cells on their external sets: the right predictions, in order, and without what is damaged."""

import json

import pytest

from benchmark.analysis.external_sets import away_sets
from benchmark.store.external_files import EXTERNAL, read_external
from benchmark.store.record import Corrupted
from benchmark.store.records import RESULT
from results.predicted import Predicted
from tests.benchmark.planted import NETWORKS
from tests.benchmark.planted_elsewhere import add_set, answers_of_planted, as_at_home, planted_at_home


@pytest.fixture
def tested(tmp_path):
    plan, records = planted_at_home(tmp_path, seeds=[0, 1])
    for kind, strength in (("noise", 5), ("noise", 2)):
        add_set(records, f"{kind}-{strength}", as_at_home, rung=Corrupted(kind=kind, strength=strength))
    add_set(records, "zoo", as_at_home)
    return plan, records


def test_hospitals_come_first_and_rungs_by_their_strength(tested):
    cells = answers_of_planted(*tested).cells
    assert [one.name for one in away_sets(cells)] == ["zoo", "noise-2", "noise-5"]
    assert [one.name for one in away_sets(cells, ["noise-5", "zoo", "gone"])] == ["noise-5", "zoo"]


def test_the_metric_there_is_that_of_the_predictions_there(tested):
    cells = answers_of_planted(*tested).cells
    zoo = next(away_sets(cells, ["zoo"]))
    record = zoo.there.finished[0]
    table = read_external(cells.records, record, "zoo")
    found = Predicted(table).per_unit("study").resampled("auroc", 200)
    assert zoo.there.resampled[record.cell].value == pytest.approx(found.value)
    assert zoo.home.resampled[record.cell] is cells.resampled[record.cell]
    assert len(zoo.predicted(record).table) == len(table)


def test_a_damaged_file_leaves_its_cell_out_and_is_said(tested, caplog):
    plan, records = tested
    cells = answers_of_planted(plan, records).cells
    record = cells.finished[0]
    (records.cell_folder(record.cell) / EXTERNAL / "zoo.parquet").write_bytes(b"")
    zoo = next(away_sets(cells, ["zoo"]))
    assert len(zoo.there.finished) == len(zoo.home.finished) == len(cells.finished) - 1
    assert "was damaged or altered" in caplog.text


def test_no_other_cell_stands_for_the_chosen_one_that_was_not_tested(tmp_path, caplog):
    frozen = {"backbones": NETWORKS[:1], "classifiers": ["logistic_regression", "knn"]}
    plan, records = planted_at_home(tmp_path, seeds=[0, 1], feature_extraction=frozen)
    add_set(records, "zoo", as_at_home)
    cells = answers_of_planted(plan, records).cells
    (sides,) = cells.chosen.values()
    chosen = next(side[0] for method, side in sides.items() if method.strategy == "feature_extraction")
    left = chosen.model_copy(update={"external": {}})
    (records.cell_folder(chosen.cell) / RESULT).write_text(json.dumps(left.to_json()))
    answers = answers_of_planted(plan, records)
    zoo = next(away_sets(answers.cells))
    there = {(record.strategy, record.seed) for record in zoo.there.finished}
    assert there == {("feature_extraction", 1), ("fine_tuning", 0), ("fine_tuning", 1)}
    assert (
        "'zoo': 1 cell that training folds chose was not tested on it, and no other cell stands"
        in caplog.text
    )
    (row,) = answers.elsewhere.to_dict("records")
    assert (row["seeds"], row["interim"]) == (1, True)


def test_a_body_part_that_the_set_lacks_is_nothing_to_warn_of(tmp_path, caplog):
    plan, records = planted_at_home(tmp_path, seeds=[0, 1], body_parts=["elbow", "wrist"])
    add_set(records, "zoo", as_at_home)
    for record in list(records.all()):
        if record.body_part == "wrist":
            left = record.model_copy(update={"external": {}})
            (records.cell_folder(record.cell) / RESULT).write_text(json.dumps(left.to_json()))
    zoo = next(away_sets(answers_of_planted(plan, records).cells))
    assert {record.body_part for record in zoo.there.finished} == {"elbow"}
    assert "zoo" not in caplog.text
