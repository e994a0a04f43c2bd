"""What workers get of a run."""

import pickle
from dataclasses import replace

import pytest

from benchmark.execution.executors import LocalExecutor, Share
from benchmark.execution.job import DONE, FAILED
from benchmark.execution.record import context_of
from benchmark.execution.run import Run
from benchmark.execution.run_settings import RunSettings
from benchmark.execution.subsets import Subsets
from benchmark.store.leases import HELD
from benchmark.store.record import Failed, Header
from extractors.array_store import PartialArray, read_array
from extractors.pixels import pixel_folder
from tests.benchmark.finished_run import copy_run
from tests.benchmark.opened import open_plan


@pytest.fixture
def opened(finished_run, tmp_path):
    """The plan of a finished run, and its job."""
    ran = copy_run(finished_run, tmp_path / "copy")
    plan, records = open_plan(ran.grid, ran.workspace)
    image, record = plan.grid.image, records.read(plan.cells[0].cell.id)
    folder = pixel_folder(
        ran.workspace.cache, record.files_digest, size=image.size, fit=image.fit, window=image.window
    )
    pixels = read_array(folder)
    settings = RunSettings(ran.workspace.cache, LocalExecutor(Share(1, 1)), "cpu")
    nothing = lambda *_: None  # noqa: E731
    run = Run(plan, Subsets(plan), pixels, context_of(plan, pixels), records, settings, nothing, nothing)
    return plan, run.job


def test_a_cell_that_is_done_or_held_is_not_begun(opened):
    plan, job = opened
    first, second = plan.cells[:2]
    with job.begin(first) as outcome:
        assert outcome == (first.cell.id, DONE)
    (job.records.cell_folder(second.cell.id) / "predictions.parquet").write_bytes(b"damaged")
    with job.begin(second) as outcome:
        assert outcome is None
        with job.records.leases().hold(second.cell.id) as mine:
            assert not mine
    with job.records.leases().hold(second.cell.id), job.begin(second) as outcome:
        assert outcome == (second.cell.id, HELD)


def test_a_failure_since_it_was_planned_is_an_outcome_and_one_of_before_is_tried_again(opened):
    plan, job = opened
    planned = plan.cells[0]
    content = job.records.read(planned.cell.id).to_json()
    header = {name: content[name] for name in Header.model_fields if name in content}
    failed = Failed(**header, status="failed", error="diverged", finished=content["finished"])
    (job.records.cell_folder(planned.cell.id) / "result.json").write_text(
        failed.model_dump_json(exclude_unset=True)
    )
    with job.begin(planned) as outcome:
        assert outcome == (planned.cell.id, FAILED)
    with job.begin(replace(planned, status="failed")) as outcome:
        assert outcome is None


def test_a_workspace_of_the_same_name_on_another_machine_is_not_taken_for_it(opened):
    _, job = opened
    assert job.sees_workspace
    (job.records.folder / ".token").write_text("another")
    assert not job.sees_workspace
    (job.records.folder / ".token").unlink()
    assert not job.sees_workspace


def test_what_is_sent_is_small_and_works_on_arrival(opened):
    plan, job = opened
    assert job.sees_workspace
    assert len(job.pixels.ids) == len(plan.manifest.images)  # read before it is sent
    sent = pickle.dumps(job)
    assert len(sent) < job.pixels.data.nbytes
    arrived = pickle.loads(sent)
    cell = plan.cells[0].cell
    points = cell.body_part, cell.train_size, cell.seed
    assert (arrived.subsets.subset(*points).train_rows == job.subsets.subset(*points).train_rows).all()


def test_a_job_that_moved_finds_its_pixels_by_their_digest(opened, tmp_path):
    _, job = opened
    moved = job.moved(tmp_path / "there", tmp_path / "arrays")
    assert moved.records.folder.parent == tmp_path / "there"
    values = job.pixels.data
    array = PartialArray(tmp_path / "arrays" / job.pixels.digest, values.shape, values.dtype, len(values))
    array.write(slice(0, len(values)), values)
    array.finish(job.pixels.ids)
    again = job.moved(tmp_path / "there", tmp_path / "arrays")
    assert again.pixels.digest == job.pixels.digest
