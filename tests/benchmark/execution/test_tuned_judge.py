"""A kept network judges the cell's own test images as its record has them; of several classes: test_tasks_elsewhere."""

from types import SimpleNamespace

import pytest

from benchmark.execution.cached import cached_pixels
from benchmark.execution.subsets import Subsets
from benchmark.execution.tuned_judge import kept_judge


def test_it_gives_the_recorded_probabilities_of_the_test_images(kept_run):
    plan, records = kept_run
    (planned,) = [one for one in plan.cells if one.cell.strategy == "fine_tuning"]
    record = records.read(planned.cell.id)
    judge = kept_judge(planned, SimpleNamespace(records=records, plan=plan, device="cpu"), record)
    stored = cached_pixels(plan, record, records.folder.parent / ".cache")
    cell = planned.cell
    rows = Subsets(plan).subset(cell.body_part, cell.train_size, cell.seed).test_rows
    known = records.read_predictions(record)["probability"].to_numpy()
    assert judge(stored.data[rows]) == pytest.approx(known, abs=1e-12)


def test_a_cell_without_a_kept_network_has_none(kept_run, tmp_path):
    plan, records = kept_run
    (planned,) = [one for one in plan.cells if one.cell.strategy == "fine_tuning"]
    record = records.read(planned.cell.id)
    empty = SimpleNamespace(records=type(records)(tmp_path, "g"), plan=plan, device="cpu")
    assert kept_judge(planned, empty, record) is None
    of_grades = record.model_copy(update={"task": "ordinal", "classes": ["0", "1", "2"]})
    assert kept_judge(planned, empty, of_grades) is None
