import json

import pandas as pd
import pytest

from benchmark.store.records import Records, Result
from results.evaluation import evaluate
from results.metrics import METRICS
from results.uncertainty import INTERVALS

PREDICTIONS = pd.DataFrame({"image": ["a"], "probability": [0.5]})


@pytest.fixture
def records(tmp_path):
    return Records(tmp_path, "grid")


def test_what_is_written_is_read(records):
    records.write(Result("c1", {"cell": "c1", "status": "ok"}, PREDICTIONS))
    assert records.read("c1") == {"cell": "c1", "status": "ok"}
    pd.testing.assert_frame_equal(records.read_predictions("c1"), PREDICTIONS, check_dtype=False)
    assert [record["cell"] for record in records.all()] == ["c1"]


def test_a_failed_cell_replaced_by_a_good_one_leaves_nothing_behind(records):
    records.write(Result("c1", {"cell": "c1", "status": "failed"}))
    records.write(Result("c1", {"cell": "c1", "status": "ok"}, PREDICTIONS))
    assert records.read("c1")["status"] == "ok"
    assert [path.name for path in records.folder.iterdir()] == ["c1"]


def test_a_torn_result_is_no_result(records):
    records.write(Result("c1", {"cell": "c1", "status": "ok"}, PREDICTIONS))
    path = records.cell_folder("c1") / "result.json"
    path.write_text(path.read_text()[:10])
    assert records.read("c1") is None


def test_what_a_dead_process_left_is_no_record_and_is_swept(records):
    records.write(Result("c1", {"cell": "c1", "status": "ok"}, PREDICTIONS))
    records.cell_folder("c1").rename(records.folder / ".c1.999999999")
    assert list(records.all()) == []
    records.sweep()
    assert list(records.folder.iterdir()) == []


def test_the_same_cell_written_by_an_orphan_at_the_same_moment(records, monkeypatch):
    def orphan_first(folder, **_):
        if folder == records.cell_folder("c1"):
            (folder / "x").mkdir(parents=True)
            (folder / "result.json").write_text('{"cell": "c1", "status": "ok"}')

    monkeypatch.setattr("benchmark.store.records.shutil.rmtree", orphan_first)
    records.write(Result("c1", {"cell": "c1", "status": "ok"}, PREDICTIONS))
    assert records.read("c1") == {"cell": "c1", "status": "ok"}


SETTINGS = {"confidence": 0.9, "resamples": 50}


def write_finished(records, **changes):
    rows = pd.DataFrame(
        {
            "image": [f"i{n}" for n in range(40)],
            "study": [f"s{n}" for n in range(40)],
            "patient": [f"p{n}" for n in range(40)],
            "body_part": "hand",
            "label": [0, 1] * 20,
            "probability": [(n * 7 % 40) / 40 for n in range(40)],
        }
    )
    made = {"evaluation": SETTINGS, "intervals": INTERVALS}
    old = {
        "metrics": {"study": dict.fromkeys(METRICS, "as it was")},
        "counts": {"train_images": 9, "test_images": 1},
    }
    record = {"cell": "c1", "status": "ok", "threshold": 0.4, **made, **old, **changes}
    records.write(Result("c1", record, rows))
    return record, evaluate(rows, threshold=0.4, **SETTINGS)


def test_a_record_evaluated_as_asked_stays_as_it_is(records):
    record, _ = write_finished(records)
    assert records.evaluated(record, SETTINGS) == record == records.read("c1")


@pytest.mark.parametrize(
    "changes",
    [
        {"intervals": "percentile"},
        {"evaluation": {"confidence": 0.5, "resamples": 50}},
        {"metrics": {"study": {"auroc": "without metrics that were added later"}}},
    ],
)
def test_a_record_evaluated_otherwise_is_evaluated_again_from_its_predictions(records, changes, monkeypatch):
    record, expected = write_finished(records, **changes)
    found = records.evaluated(record, SETTINGS)
    assert found["metrics"] == expected["metrics"]
    assert found["counts"] == {"train_images": 9, **expected["counts"]}
    assert (found["evaluation"], found["intervals"], found["threshold"]) == (SETTINGS, INTERVALS, 0.4)
    assert records.read("c1") == found
    monkeypatch.setattr("benchmark.store.records.evaluate", lambda *_, **__: pytest.fail("evaluated twice"))
    assert records.evaluated(found, SETTINGS) == found


def test_a_record_of_before_kinds_of_intervals_were_named_is_evaluated_again(records):
    record, expected = write_finished(records)
    del record["intervals"]
    assert records.evaluated(record, SETTINGS)["metrics"] == expected["metrics"]


def test_derived_values_are_worked_out_once(records):
    records.folder.mkdir()
    assert records.derived(".d.json", {"a": lambda: 1, "b": lambda: [2]}) == [1, [2]]
    found = records.derived(".d.json", {"b": lambda: pytest.fail("again"), "c": lambda: 3})
    assert found == [[2], 3]


@pytest.mark.parametrize(
    "kept", [{"a": 1}, {"intervals": "percentile", "values": {"a": 1}}, {"intervals": None}]
)
def test_derived_values_with_other_intervals_are_worked_out_anew(records, kept):
    records.folder.mkdir()
    (records.folder / ".d.json").write_text(json.dumps(kept))
    assert records.derived(".d.json", {"a": lambda: 2}) == [2]
    assert records.derived(".d.json", {"a": lambda: 3}) == [2]
