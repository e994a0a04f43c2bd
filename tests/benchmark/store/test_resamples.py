import numpy as np
import pytest

from benchmark.grid.schema import Evaluation
from benchmark.store.resamples import read_resamples, resamples_key, write_resamples
from results.uncertainty import Resampled
from tests.benchmark.recorded import finished

KEPT = Resampled(0.8, np.array([0.75, 0.85, np.nan]), 12)


def test_what_is_written_is_read_as_float32(tmp_path):
    path = tmp_path / "resamples.npz"
    write_resamples(path, "key", KEPT)
    found = read_resamples(path, "key", 3)
    assert (found.value, found.patients) == (0.8, 12)
    np.testing.assert_array_equal(found.drawn, KEPT.drawn.astype(np.float32))
    assert found.drawn.dtype == np.float64
    assert [file.name for file in tmp_path.iterdir()] == ["resamples.npz"]


def test_the_same_values_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_resamples(tmp_path / name, "key", KEPT)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_another_key_or_no_file_is_nothing(tmp_path):
    path = tmp_path / "resamples.npz"
    assert read_resamples(path, "key", 3) is None
    write_resamples(path, "key", KEPT)
    assert read_resamples(path, "other", 3) is None


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04 torn"])
def test_a_damaged_file_is_nothing_and_said(tmp_path, content, caplog):
    path = tmp_path / "resamples.npz"
    path.write_bytes(content)
    assert read_resamples(path, "key", 3) is None
    assert "is damaged" in caplog.text


def test_values_in_another_number_are_damaged(tmp_path, caplog):
    path = tmp_path / "resamples.npz"
    write_resamples(path, "key", KEPT)
    assert read_resamples(path, "key", 4) is None
    assert "is damaged" in caplog.text


@pytest.mark.parametrize("position", range(0, 700, 35))
def test_no_flipped_byte_is_read_or_raises(tmp_path, position):
    path = tmp_path / "resamples.npz"
    write_resamples(path, "key", KEPT)
    content = bytearray(path.read_bytes())
    content[position] ^= 0xFF
    path.write_bytes(content)
    found = read_resamples(path, "key", 3)
    assert found is None or (found.value, found.patients) == (KEPT.value, KEPT.patients)


def test_a_folder_that_is_gone_costs_no_answer(tmp_path, caplog):
    write_resamples(tmp_path / "gone" / "resamples.npz", "key", KEPT)
    assert "cannot be written" in caplog.text


@pytest.mark.parametrize(
    ("evaluation", "record"),
    [
        ({"primary": "brier"}, {}),
        ({"unit": "image"}, {}),
        ({"resamples": 200}, {}),
        ({}, {"threshold": 0.4}),
        ({}, {"predictions_sha256": "other"}),
    ],
)
def test_the_key_depends_on_all_that_the_values_depend_on(evaluation, record):
    assert resamples_key(finished(**record), Evaluation(**evaluation)) != resamples_key(
        finished(), Evaluation()
    )


def test_the_confidence_does_not_change_the_resampled_values():
    assert resamples_key(finished(), Evaluation(confidence=0.9)) == resamples_key(finished(), Evaluation())
