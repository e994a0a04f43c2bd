from benchmark.store.other_grids import OtherGrids
from benchmark.store.records import Records, Result
from tests.benchmark.recorded import failed, finished
from tests.benchmark.store.test_records import ROWS, parquet_digest


def same(record):
    return record.fingerprint == {"manifest": "m"}


def test_only_a_finished_sound_cell_computed_as_asked_is_held(tmp_path):
    records = Records(tmp_path, "new")
    assert OtherGrids(Records(tmp_path / "absent", "new")).holding("c1", same) == ""
    Records(tmp_path, "a").write(Result(failed()))
    Records(tmp_path, "b").write(Result(finished(predictions_sha256="0"), ROWS))
    (tmp_path / "file").touch()
    (tmp_path / ".cache" / "c1").mkdir(parents=True)
    records.write(Result(finished(predictions_sha256=parquet_digest(ROWS)), ROWS))
    assert OtherGrids(records).holding("c1", same) == ""
    Records(tmp_path, "c").write(Result(finished(predictions_sha256=parquet_digest(ROWS)), ROWS))
    assert OtherGrids(records).holding("c1", same) == "c"
    assert OtherGrids(records).holding("c1", lambda record: False) == ""
    assert OtherGrids(records).holding("c2", same) == ""
