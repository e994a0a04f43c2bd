"""The calibration of a network of several classes, read only beside the weights that it was written with."""

import json

import pytest

from benchmark.errors import UserError
from benchmark.store.kept_calibrations import CALIBRATION, read_calibration, write_calibration
from benchmark.store.records import Records
from classifiers.calibration import Sigmoid
from classifiers.names import WEIGHTS
from tests.benchmark.recorded import finished

SIGMOIDS = (Sigmoid(0.5, 1.25, -0.1), Sigmoid(1.0))


@pytest.fixture
def stored(tmp_path):
    records, record = Records(tmp_path, "g"), finished()
    folder = records.cell_folder(record.cell)
    folder.mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(b"numbers")
    write_calibration(folder / WEIGHTS, SIGMOIDS)
    return records, record, folder


def test_it_is_read_as_it_was_written(stored):
    records, record, folder = stored
    assert read_calibration(records, record) == (folder / WEIGHTS, SIGMOIDS)
    (folder / CALIBRATION).unlink()
    assert read_calibration(records, record) is None, "as of a cell of an earlier version"


def test_damage_is_one_line_that_says_what_to_do(stored):
    records, record, folder = stored
    (folder / WEIGHTS).write_bytes(b"others")
    with pytest.raises(UserError, match=r"is not the file that was written with it.*run again"):
        read_calibration(records, record)
    content = json.loads((folder / CALIBRATION).read_text())
    (folder / CALIBRATION).write_text(json.dumps(content | {"version": 9}))
    with pytest.raises(UserError, match="later version"):
        read_calibration(records, record)
    (folder / CALIBRATION).write_text("{")
    with pytest.raises(UserError, match="damaged"):
        read_calibration(records, record)
