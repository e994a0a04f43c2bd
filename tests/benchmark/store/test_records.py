import pandas as pd
import pytest

from benchmark.grid.schema import Evaluation
from benchmark.store.records import Records, Result, ordinary, resample
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
EVALUATION = Evaluation(confidence=0.9, resamples=100)
SETTINGS = {"confidence": 0.9, "resamples": 100}


@pytest.fixture
def records(tmp_path):
    return Records(tmp_path, "grid")


def test_what_is_written_is_read(records):
    records.write(Result(finished(), PREDICTIONS))
    assert records.read("c1") == finished()
    pd.testing.assert_frame_equal(records.read_predictions("c1"), PREDICTIONS, check_dtype=False)
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
    metrics = {"study": {name: {"value": 0.5} for name in METRICS}}
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
    ],
)
def test_a_record_evaluated_otherwise_is_evaluated_again_from_its_predictions(records, changes, monkeypatch):
    record, expected = write_finished(records, **changes)
    found = records.evaluated(record, EVALUATION)
    assert found.to_json()["metrics"] == expected["metrics"]
    assert found.to_json()["counts"] == COUNTS | {"train_images": 9} | expected["counts"]
    assert (found.evaluation.model_dump(), found.intervals, found.threshold) == (SETTINGS, INTERVALS, 0.4)
    assert records.read("c1") == found
    monkeypatch.setattr("benchmark.store.records.evaluate", lambda *_, **__: pytest.fail("evaluated twice"))
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
    resampled = resample(ROWS, 0.4, EVALUATION)
    records.write(Result(record, ROWS, (resamples_key(record, EVALUATION), resampled)))
    assert records.kept_resampled(record, EVALUATION).drawn.tolist() == resampled.drawn.tolist()


def test_ordinary_records_belong_to_no_control():
    assert ordinary([finished(), finished(control="majority")]) == [finished()]
    assert set(CONTENT) & set(RESULT) == set()
