import hashlib
import json
from io import BytesIO

import pytest

from benchmark.sharing import cell_files
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


def test_names_of_classes_are_no_paths(cell):
    record, table, numbers, _ = cell
    names = ["effusion </2 cm", "mass /nodule"]
    table = table.assign(**{f"probability:{name}": 0.5 for name in names})
    several = record.model_copy(
        update={
            "task": "multiclass",
            "classes": names,
            "thresholds": dict.fromkeys(names, 0.5),
            "class_counts": {name: {"test_studies": 1} for name in names},
        }
    )
    found = json.loads(pack(several, table, numbers)[RESULT])
    assert found["classes"] == [*found["thresholds"]] == [*found["class_counts"]] == names


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


def test_a_column_of_another_program_does_not_leave(cell):
    record, table, numbers, _ = cell
    files = pack(record, table.assign(file="/home/ann/secret.png"), numbers)
    assert b"secret" not in files[PREDICTIONS]


def test_a_table_of_too_many_rows_is_not_read(cell, monkeypatch):
    record, table, numbers, _ = cell
    files = pack(record, table, numbers)
    monkeypatch.setattr(cell_files, "_MOST_ROWS", len(table))
    finished(files)
    monkeypatch.setattr(cell_files, "_MOST_ROWS", len(table) - 1)
    with pytest.raises(ValueError, match="are read"):
        finished(files)


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda table: table.drop(columns="patient"), "have no column 'patient'"),
        (lambda table: table[:-1], "rows, its record"),
    ],
)
def test_a_table_that_only_its_digest_fits_is_refused(cell, spoil, problem):
    record, table, numbers, _ = cell
    content = BytesIO()
    spoil(numbers.encode(table)).to_parquet(content, index=False)
    digest = hashlib.sha256(content.getvalue()).hexdigest()
    result = json.dumps(record.to_json() | {"predictions_sha256": digest}).encode()
    with pytest.raises(ValueError, match=problem):
        finished({RESULT: result, PREDICTIONS: content.getvalue()})
