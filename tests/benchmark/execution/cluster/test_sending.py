"""Arrays that are sent to a worker, and the records that come back."""

from dataclasses import replace

import numpy as np
import pytest

from benchmark.errors import UserError
from benchmark.execution.cluster.sending import SentArray, SentResults
from benchmark.execution.job import DONE
from extractors.array_store import PartialArray, read_array
from tests.benchmark.finished_run import copy_run
from tests.benchmark.opened import open_plan


@pytest.fixture
def stored(tmp_path):
    array = PartialArray(tmp_path / "stored", (3, 2), np.float32, 3)
    array.write(slice(0, 3), np.arange(6, dtype=np.float32).reshape(3, 2))
    return array.finish(["a", "b", "c"], cost={"device": "cpu"})


def test_an_array_is_the_same_on_arrival_and_written_once(stored, tmp_path):
    sent = SentArray.of(stored.folder)
    folder = sent.place(tmp_path / "there")
    arrived = read_array(folder)
    assert (arrived.digest, arrived.ids, arrived.meta) == (stored.digest, stored.ids, stored.meta)
    before = (folder / "data.npy").stat().st_ino
    assert sent.place(tmp_path / "there") == folder
    assert (folder / "data.npy").stat().st_ino == before


def test_an_array_that_was_damaged_on_its_way_is_refused(stored, tmp_path):
    sent = replace(SentArray.of(stored.folder), data=np.zeros((3, 2), np.float32))
    with pytest.raises(ValueError, match="was damaged on its way"):
        sent.place(tmp_path / "there")
    assert not (tmp_path / "there" / sent.digest).exists()


def test_an_array_that_is_gone_says_so(tmp_path):
    with pytest.raises(ValueError, match="was deleted; run again"):
        SentArray.of(tmp_path / "nothing")


class Job:
    def __init__(self, records):
        self.records = records


def test_records_come_back_whole_or_not_at_all(finished_run, tmp_path):
    there = copy_run(finished_run, tmp_path / "there")
    here = copy_run(finished_run, tmp_path / "here")
    plan, there_records = open_plan(there.grid, there.workspace)
    _, records = open_plan(here.grid, here.workspace)
    cell = plan.cells[0].cell.id
    contents = there_records.contents(cell)
    before = records.contents(cell)
    damaged = SentResults([(cell, DONE)], {cell: contents | {"predictions.parquet": b"x"}})
    with pytest.raises(UserError, match="was damaged on its way"):
        damaged.receive(Job(records))
    assert records.contents(cell) == before
    good = SentResults([(cell, DONE)], {cell: contents})
    assert good.receive(Job(records)) == [(cell, DONE)]
    assert records.contents(cell) == contents
    assert not [path for path in records.folder.iterdir() if path.name.startswith(f".{cell}")]
