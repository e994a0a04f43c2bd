import pandas as pd
import pytest

from benchmark.records import Records, Result

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

    monkeypatch.setattr("benchmark.records.shutil.rmtree", orphan_first)
    records.write(Result("c1", {"cell": "c1", "status": "ok"}, PREDICTIONS))
    assert records.read("c1") == {"cell": "c1", "status": "ok"}
