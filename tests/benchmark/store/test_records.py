import errno
import hashlib
import pickle
import shutil

import pandas as pd
import pytest

from benchmark.errors import UserError
from benchmark.grid.schema import Evaluation
from benchmark.store.measures import resample
from benchmark.store.records import DamagedError, Records, Result, ordinary
from benchmark.store.resamples import resamples_key
from results.evaluation import evaluate
from results.metrics import METRICS
from results.uncertainty import INTERVALS
from tests.benchmark.recorded import CONTENT, COUNTS, RESULT, failed, finished

PREDICTIONS = pd.DataFrame({"image": ["a"], "probability": [0.5]})
ROWS = pd.DataFrame(
    {
        "image": [f"i{n}" for n in range(40)],
        "study": [f"s{n}" for n in range(40)],
        "patient": [f"p{n}" for n in range(40)],
        "body_part": "hand",
        "label": [0, 1] * 20,
        "probability": [(n * 7 % 40) / 40 for n in range(40)],
    }
)


def parquet_digest(frame):
    return hashlib.sha256(frame.to_parquet(index=False)).hexdigest()


EVALUATION = Evaluation(confidence=0.9, resamples=100)
SETTINGS = {"confidence": 0.9, "resamples": 100}


@pytest.fixture
def records(tmp_path):
    return Records(tmp_path, "grid")


def test_what_is_written_is_read(records):
    record = finished(predictions_sha256=parquet_digest(PREDICTIONS))
    records.write(Result(record, PREDICTIONS))
    assert records.read("c1") == record
    pd.testing.assert_frame_equal(records.read_predictions(record), PREDICTIONS, check_dtype=False)
    assert [record.cell for record in records.all()] == ["c1"]


def test_a_failed_cell_replaced_by_a_good_one_leaves_nothing_behind(records):
    records.write(Result(failed()))
    records.write(Result(finished(), PREDICTIONS))
    assert records.read("c1").status == "ok"
    assert [path.name for path in records.folder.iterdir()] == ["c1"]


def test_a_torn_result_is_no_result_and_is_said(records, caplog):
    records.write(Result(finished(), PREDICTIONS))
    path = records.cell_folder("c1") / "result.json"
    path.write_text(path.read_text()[:10])
    assert records.read("c1") is None
    assert str(path) in caplog.text


@pytest.mark.parametrize("content", ["{}", "[]", "null", '{"status": "ok"}', "3"])
def test_json_that_is_no_record_is_no_result(records, content):
    records.write(Result(finished(), PREDICTIONS))
    (records.cell_folder("c1") / "result.json").write_text(content)
    assert records.read("c1") is None
    assert list(records.all()) == []


def test_what_a_dead_process_left_is_no_record_and_is_swept(records):
    records.write(Result(finished(), PREDICTIONS))
    records.cell_folder("c1").rename(records.folder / ".c1.999999999")
    assert list(records.all()) == []
    records.sweep()
    assert list(records.folder.iterdir()) == []


def test_the_same_cell_written_by_an_orphan_at_the_same_moment(records, monkeypatch):
    other = Records(records.folder.parent, "other")
    other.write(Result(finished(), PREDICTIONS))

    def orphan_first(folder, **_):
        if folder == records.cell_folder("c1"):
            other.cell_folder("c1").rename(folder)

    monkeypatch.setattr("benchmark.store.records.shutil.rmtree", orphan_first)
    records.write(Result(finished(seed=0), PREDICTIONS))
    assert records.read("c1") == finished()


def write_finished(records, **changes):
    made = {"evaluation": SETTINGS, "intervals": INTERVALS, "threshold": 0.4}
    counts = COUNTS | {"train_images": 9, "test_images": 1}
    made |= {"predictions_sha256": parquet_digest(ROWS)}
    metrics = {unit: {name: {"value": 0.5} for name in METRICS} for unit in ("study", "image")}
    record = finished(**{**made, "counts": counts, "metrics": metrics, **changes})
    records.write(Result(record, ROWS))
    return record, evaluate(ROWS, threshold=0.4, **SETTINGS)


def test_a_record_evaluated_as_asked_stays_as_it_is(records):
    record, _ = write_finished(records)
    assert records.evaluated(record, EVALUATION) is record
    assert records.read("c1") == record


@pytest.mark.parametrize(
    "changes",
    [
        {"intervals": "percentile"},
        {"intervals": None},
        {"evaluation": {"confidence": 0.5, "resamples": 100}},
        {"metrics": RESULT["metrics"]},  # without metrics that were added later
        {"metrics": {}},  # altered
    ],
)
def test_a_record_evaluated_otherwise_is_evaluated_again_from_its_predictions(records, changes, monkeypatch):
    record, expected = write_finished(records, **changes)
    found = records.evaluated(record, EVALUATION)
    assert found.to_json()["metrics"] == expected["metrics"]
    assert found.to_json()["counts"] == COUNTS | {"train_images": 9} | expected["counts"]
    assert (found.evaluation.model_dump(), found.intervals, found.threshold) == (SETTINGS, INTERVALS, 0.4)
    assert records.read("c1") == found
    monkeypatch.setattr("benchmark.store.measures.evaluate", lambda *_, **__: pytest.fail("evaluated twice"))
    assert records.evaluated(found, EVALUATION) == found


def test_a_primary_metric_that_is_not_kept_is_resampled_once(records, monkeypatch):
    record, _ = write_finished(records)
    assert records.kept_resampled(record, EVALUATION) is None
    first = records.resampled(record, EVALUATION)
    monkeypatch.setattr("benchmark.store.records.resample", lambda *_: pytest.fail("resampled twice"))
    again = records.resampled(record, EVALUATION)
    assert (first.value, first.patients) == (again.value, again.patients)
    assert first.drawn.tolist() == again.drawn.tolist(), "what is worked out is what is read later"


def test_a_result_brings_its_resampled_values(records):
    record = finished(threshold=0.4)
    resampled = resample(ROWS, record, EVALUATION)
    records.write(Result(record, ROWS, (resamples_key(record, EVALUATION), resampled)))
    assert records.kept_resampled(record, EVALUATION).drawn.tolist() == resampled.drawn.tolist()


def inverted(_):
    return ROWS.assign(probability=1 - ROWS["probability"]).to_parquet(index=False)


ALTERED = {
    "empty": lambda content: b"",
    "garbage": lambda content: b"PAR1" + bytes(2000) + b"PAR1",
    "truncated": lambda content: content[:-20],
    "one bit": lambda content: content[:50] + bytes([content[50] ^ 1]) + content[51:],
    "half the rows": lambda _: ROWS[:20].to_parquet(index=False),
    "another cell's": lambda _: ROWS[::-1].to_parquet(index=False),
    "probabilities inverted": inverted,
}


@pytest.mark.parametrize("alter", ALTERED.values(), ids=ALTERED.keys())
def test_predictions_that_are_not_the_recorded_ones_are_never_read(records, alter):
    record, _ = write_finished(records)
    assert records.damage("c1", record) == ""
    path = records.cell_folder("c1") / "predictions.parquet"
    path.write_bytes(alter(path.read_bytes()))
    assert "predictions.parquet was damaged or altered" in records.damage("c1", record)
    with pytest.raises(DamagedError, match=r"altered.*'benchmark run' computes this cell again"):
        records.read_predictions(record)
    with pytest.raises(DamagedError):
        records.resampled(record, EVALUATION)


def test_predictions_that_are_gone_or_no_file_are_damage(records):
    record, _ = write_finished(records)
    path = records.cell_folder("c1") / "predictions.parquet"
    path.unlink()
    assert records.damage("c1", record) == "predictions.parquet was deleted"
    path.mkdir()
    assert "cannot be read (Is a directory" in records.damage("c1", record)


def test_a_record_that_cannot_be_read_is_damage_and_a_cell_without_one_is_none(records):
    assert records.damage("c1", None) == ""
    records.write(Result(failed()))
    assert records.damage("c1", failed()) == "", "a failed cell has no predictions"
    (records.cell_folder("c1") / "result.json").write_text("[" * 10**5)
    assert records.read("c1") is None
    assert records.damage("c1", None) == "result.json is damaged"


def test_all_folders_of_cells_are_listed_and_none_where_nothing_was_run(records):
    assert records.folders() == frozenset()
    records.write(Result(failed()))
    records.cell_folder("c2").mkdir()
    assert records.folders() == {"c1", "c2"}


def test_cells_that_cannot_be_listed_are_not_taken_for_cells_that_were_never_run(records, monkeypatch):
    def denied(_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("benchmark.store.records.os.listdir", denied)
    with pytest.raises(UserError, match=r"grid: the cells cannot be listed: .*Permission denied"):
        records.folders()


def test_the_record_of_another_cell_is_no_record_of_this_one(records):
    write_finished(records)
    shutil.copytree(records.cell_folder("c1"), records.cell_folder("c2"))
    assert records.read("c2") is None


def test_a_full_disk_leaves_nothing_half(records, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pandas.DataFrame.to_parquet", full)
        with pytest.raises(OSError, match="No space left"):
            records.write(Result(finished(), PREDICTIONS))
    assert list(records.folder.iterdir()) == []
    records.write(Result(finished(), PREDICTIONS))
    assert [path.name for path in records.folder.iterdir()] == ["c1"], "there is room again"


def test_a_read_only_workspace_can_be_evaluated_otherwise(records, monkeypatch, caplog):
    def full(*_):
        raise OSError(errno.EROFS, "Read-only file system")

    record, expected = write_finished(records, evaluation={"confidence": 0.5, "resamples": 100})
    monkeypatch.setattr("benchmark.store.records.write_atomically", full)
    assert records.evaluated(record, EVALUATION).to_json()["metrics"] == expected["metrics"]
    assert "Read-only file system" in caplog.text


def test_ordinary_records_belong_to_no_control():
    assert ordinary([finished(), finished(control="majority")]) == [finished()]
    assert set(CONTENT) & set(RESULT) == set()


def test_what_another_machine_is_writing_is_not_swept_away(tmp_path):
    """Its process number means nothing here; its lease does."""
    records = Records(tmp_path, "g")
    gone = 2**22 + 1  # above the largest process number
    written, left = (records.folder / f".{cell}{kind}.{gone}" for cell, kind in (("a", "-files"), ("b", "")))
    for folder in (written, left):
        folder.mkdir(parents=True)
    with records.leases().hold("a"):
        records.sweep()
        assert written.is_dir()
        assert not left.exists()
    records.sweep()
    assert not written.exists()


def test_a_record_is_read_again_when_its_file_was_written_anew(records):
    records.write(Result(finished(), PREDICTIONS))
    assert records.read("c1") is records.read("c1"), "one read of one file"
    path = records.cell_folder("c1") / "result.json"
    path.write_text(path.read_text().replace("resnet50", "resnet18"))
    assert records.read("c1").backbone == "resnet18"
    records.write(Result(failed()))
    assert records.read("c1").status == "failed"


def test_another_process_gets_the_place_of_the_records_alone(records):
    records.write(Result(finished(), PREDICTIONS))
    known = records.read("c1")
    sent = pickle.dumps(records)
    assert len(sent) < 500
    assert pickle.loads(sent).read("c1") == known
