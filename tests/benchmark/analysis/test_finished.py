"""Which records the answers of a grid rest on."""

from dataclasses import replace
from types import SimpleNamespace

from benchmark.analysis.finished import current_records, leak_of, read_records
from benchmark.grid.schema import Evaluation
from benchmark.store.records import Records, Result
from tests.benchmark.recorded import failed


def test_records_come_in_the_order_of_the_grid(whole):
    plan, records = whole
    assert [record.cell for record in read_records(plan, records)] == [p.cell.id for p in plan.cells]


def test_a_stale_cell_is_known_but_no_answer_rests_on_it(whole):
    plan, records = whole
    stale = plan.cells[0].cell.id
    cells = [replace(plan.cells[0], status="stale"), *plan.cells[1:]]
    changed = replace(plan, cells=cells)
    assert stale in {record.cell for record in read_records(changed, records)}
    assert {record.cell for record in current_records(changed, records)} == {
        planned.cell.id for planned in plan.cells[1:]
    }


def test_failed_cells_are_known_and_missing_ones_are_not(tmp_path):
    records = Records(tmp_path, "g")
    records.write(Result(failed(cell="c1")))
    cells = [SimpleNamespace(cell=SimpleNamespace(id=name), status="failed") for name in ("c1", "c2")]
    plan = SimpleNamespace(
        grid=SimpleNamespace(evaluation=Evaluation()), cells=cells, leaky_parts=frozenset()
    )
    assert [record.cell for record in read_records(plan, records)] == ["c1"]
    assert [record.cell for record in current_records(plan, records)] == ["c1"]


def test_records_are_evaluated_as_the_grid_asks(whole, monkeypatch):
    plan, records = whole
    asked = []
    monkeypatch.setattr(
        Records, "evaluated", lambda self, record, evaluation: asked.append(evaluation) or record
    )
    read_records(plan, records)
    assert asked == [plan.grid.evaluation] * len(plan.cells)


def test_records_of_a_split_that_shares_patients_are_marked_also_those_from_before_it_was_looked_at(whole):
    plan, records = whole
    leaky = replace(plan)
    leaky.__dict__["leaky_parts"] = frozenset({"elbow"})
    found = read_records(leaky, records)
    assert {record.body_part for record in found if record.leaky} == {"elbow"}
    assert leak_of(found) == "LEAKY split: patients in training and in test"
    assert leak_of(read_records(plan, records)) == ""


def test_a_control_that_leaks_by_design_is_no_leak_of_the_grid(whole):
    plan, records = whole
    record = read_records(plan, records)[0].model_copy(update={"leaky": True, "protocol": "image"})
    assert leak_of([record]) == "LEAKY split by image"
    assert leak_of([record.model_copy(update={"control": "leaky_split"})]) == ""
