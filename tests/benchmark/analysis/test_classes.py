"""Each finding of a planted study, one by one."""

from pathlib import Path

import pytest

from benchmark.analysis.classes import class_difference_rows, class_rows, of_class
from benchmark.analysis.resampled_cells import ResampledCells
from benchmark.grid.schema import Evaluation
from benchmark.store.records import Records
from results.label_tasks import one_of_task
from tests.benchmark.planted_findings import TASK, planted_findings
from tests.benchmark.recorded import finished


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> ResampledCells:
    return planted_findings(tmp_path_factory.mktemp("classes"))


def test_each_finding_has_its_scores_and_counts(evaluated: ResampledCells) -> None:
    rows = class_rows(evaluated)
    assert rows["class"].tolist() == [*TASK.classes] * 2
    first = rows[(rows["strategy"] == "fine_tuning") & (rows["class"] == "mass")].iloc[0]
    assert first["auroc"] > 0.9
    assert (first["threshold"], first["test_patients"], first["test_read"]) == (0.6, 80, 160)
    assert rows[rows["class"] == "fracture"]["test_read"].tolist() == [156, 156]
    assert rows[rows["class"] == "never"]["auroc"].isna().all()


def test_the_verdict_is_given_finding_by_finding_with_holm(evaluated: ResampledCells) -> None:
    rows = class_difference_rows(evaluated).set_index("class")
    assert rows.index.tolist() == ["mass", "fracture"], "the test set has no case of the third"
    assert rows.loc["mass", "verdict"] == "fine-tune"
    assert rows.loc["fracture", "verdict"] != "fine-tune"
    assert set(rows["family"]) == {2}
    least = rows["p"].idxmin()
    assert rows.loc[least, "p_adjusted"] == pytest.approx(2 * rows.loc[least, "p"])
    assert rows.loc["mass", "second"] > rows.loc["mass", "first"]


def test_a_finding_is_judged_on_the_rows_where_it_was_read(evaluated: ResampledCells) -> None:
    own = of_class(evaluated, "fracture")
    record = own.finished[0]
    table = one_of_task(evaluated.records.read_predictions(record), TASK, "fracture")
    value = record.class_metrics["fracture"]["study"]["auroc"].value
    assert own.resampled[record.cell].value == pytest.approx(value, abs=1e-12)
    assert len(table) == 156
    assert own.evaluation.primary == "auroc"
    assert of_class(evaluated, "never").finished == []


def test_two_classes_have_no_such_rows(tmp_path: Path) -> None:
    two = ResampledCells(Evaluation(), Records(tmp_path, "g"), [finished()], {})
    assert class_rows(two).empty
    assert class_difference_rows(two).empty


def test_predictions_of_several_classes_are_not_taken_for_those_of_two(evaluated: ResampledCells) -> None:
    with pytest.raises(ValueError, match="it shows two classes, and the labels are 3 findings"):
        evaluated.predictions(evaluated.finished[0])
