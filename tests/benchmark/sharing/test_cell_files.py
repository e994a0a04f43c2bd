import json

import pytest

from benchmark.sharing.cell_files import finished, pack, unpack
from benchmark.sharing.pseudonyms import pseudonyms_of
from benchmark.store.records import PREDICTIONS, RESULT


@pytest.fixture(scope="module")
def cell(whole):
    plan, records = whole
    record = next(record for record in records.all() if record.status == "ok")
    return record, records.read_predictions(record), pseudonyms_of(plan.manifest), records


def test_a_cell_comes_back_as_it_was(cell):
    record, table, numbers, records = cell
    changed = record.model_copy(
        update={"fingerprint": {"weights": "/home/ann/w.pth"}, "unreadable": [str(table["image"][0])]}
    )
    files = pack(changed, table, numbers)
    assert b"/home" not in files[RESULT]
    assert str(table["image"][0]).encode() not in files[RESULT] + files[PREDICTIONS]
    back = unpack(files, numbers, {"weights": "/home/ann/w.pth"})
    assert json.loads(back[RESULT]) == changed.to_json()
    assert back[PREDICTIONS] == (records.cell_folder(record.cell) / PREDICTIONS).read_bytes()


def test_other_settings_stay_as_they_are_so_that_the_plan_says_stale(cell):
    record, table, numbers, _ = cell
    back = unpack(pack(record, table, numbers), numbers, {"weights": "other"})
    assert json.loads(back[RESULT])["fingerprint"] == record.fingerprint


def test_predictions_that_the_record_does_not_name_are_refused(cell):
    record, table, numbers, _ = cell
    files = pack(record, table, numbers)
    assert finished(files).cell == record.cell
    with pytest.raises(ValueError, match="not those that the record names"):
        finished({**files, PREDICTIONS: files[PREDICTIONS] + b" "})
