import pandas as pd
import pytest

from benchmark.analysis.learning_curves import curve_points
from benchmark.analysis.resampled_cells import read_resampled_cells
from benchmark.execution.record import predictions_digest
from benchmark.grid.schema import Evaluation
from benchmark.store.records import Records, Result
from tests.benchmark.recorded import COUNTS, finished

EVALUATION = Evaluation(unit="image", resamples=100)


@pytest.fixture
def records(tmp_path):
    return Records(tmp_path, "g")


def write(records, cell, backbone, seed, probabilities, **changes):
    rows = pd.DataFrame(
        {
            "image": [f"i{n}" for n in range(8)],
            "study": [f"s{n}" for n in range(8)],
            "patient": [f"p{n}" for n in range(8)],
            "body_part": "hand",
            "label": [0, 1] * 4,
            "probability": probabilities,
        }
    )
    record = finished(
        cell=cell,
        backbone=backbone,
        seed=seed,
        seconds={"fit": 2.0 + seed},
        predictions_sha256=predictions_digest(rows),
        **changes,
    )
    records.write(Result(record, rows))
    return record


def points_of(records, cells):
    return curve_points(read_resampled_cells(EVALUATION, records, cells))


def test_curves_with_the_same_predictions_stay_two_curves(records):
    same = [0.5] * 8
    cells = [write(records, "a", "one", 0, same), write(records, "b", "two", 0, same)]
    assert [point.backbone for point in points_of(records, cells)] == ["one", "two"]


def test_seeds_are_averaged_and_resampled_once(records, monkeypatch):
    good, bad = [0.1, 0.9] * 4, [0.9, 0.1] * 4
    cells = [write(records, "a", "one", 0, good), write(records, "b", "one", 1, bad)]
    (point,) = points_of(records, cells)
    assert point.value == 0.5
    assert point.seeds == [0, 1]
    assert point.means["seconds/fit"] == 2.5
    assert (point.train_images, point.train_patients) == (100, 50)
    monkeypatch.setattr(Records, "read_predictions", lambda self, cell: pytest.fail("resampled again"))
    assert points_of(records, cells) == [point]


def test_a_point_of_drawn_patients_has_the_means_of_its_seeds(records):
    counts = [COUNTS | {"train_images": 90 + seed, "train_patients": 30} for seed in (0, 2)]
    drawn = {"train_size": "full", "patient_share": 0.9}
    cells = [
        write(records, str(seed), "one", seed, [0.5] * 8, counts=counted, **drawn)
        for seed, counted in enumerate(counts)
    ]
    (point,) = points_of(records, cells)
    assert (point.train_size, point.train_images) == ("full (90 % of patients)", 91)
    assert point.row()["train_patients"] == 30


def test_cells_of_controls_have_curves_of_their_own(records):
    cells = [
        write(records, "a", "one", 0, [0.5] * 8),
        write(records, "b", "one", 0, [0.6] * 8, control="leaky_split"),
        write(records, "c", "one", 0, [0.7] * 8, control="shuffled_labels"),
    ]
    points = points_of(records, cells)
    assert [point.control for point in points] == ["", "leaky_split", "shuffled_labels"]
    assert [point.seeds for point in points] == [[0]] * 3
    assert ["control" in point.row() for point in points] == [False, True, True]
