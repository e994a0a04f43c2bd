from shutil import copytree

import pytest

from benchmark.analysis.kept_answers import kept_answers
from benchmark.analysis.kept_grid import keep_grid, kept_of
from benchmark.errors import UserError
from benchmark.store.records import PREDICTIONS, Records
from tests.benchmark.planted import ALONE, answers_from


def test_the_answers_are_those_of_the_grid_and_damaged_cells_are_left_out(whole, tmp_path):
    plan, records = whole
    copytree(records.folder, tmp_path / "planted")
    copied = Records(tmp_path, "planted")
    keep_grid(kept_of(plan), copied)
    answers, failed = kept_answers(copied, ALONE)
    assert failed == ()
    own = answers_from(plan, records)
    assert answers.differences.equals(own.differences)
    (copied.cell_folder(own.finished[0].cell) / PREDICTIONS).write_bytes(b"")
    assert len(kept_answers(copied, ALONE)[0].finished) == len(own.finished) - 1


def test_a_grid_that_was_never_kept_is_one_line(tmp_path):
    with pytest.raises(UserError, match="give the grid file"):
        kept_answers(Records(tmp_path, "g"), ALONE)
