import pandas as pd
import pytest

from benchmark.prediction.cells import find_model, models_of
from benchmark.prediction.predictor import StudyPrediction, predictor_of
from benchmark.prediction.studies import Study
from benchmark.prediction.worklist import in_order, write_worklist


def test_the_most_probable_come_first_and_the_broken_last():
    found = [StudyPrediction("a", 0.2), StudyPrediction("b", error="broken"), StudyPrediction("c", 0.9)]
    assert [one.study for one in in_order(found)] == ["c", "a", "b"]


@pytest.fixture
def predictor(kept_run):
    _, records = kept_run
    return predictor_of(find_model(records, models_of(records)[0].cell), device="cpu")


def test_names_that_are_markup_stay_text(kept_run, predictor, tmp_path):
    image = next(kept_run[0].manifest.root.rglob("*.png"))
    studies = [Study("<script>alert(1)</script>", (image,), ("x",)), Study("=1+1", (b"broken",), ("y",))]
    found = write_worklist(predictor, studies, tmp_path)
    assert [one.error != "" for one in found] == [False, True]
    page = (tmp_path / "worklist.html").read_text()
    assert "<script>alert(1)" not in page
    assert "alert(1)" in page
    table = pd.read_csv(tmp_path / "worklist.csv")
    assert len(table) == 2
    assert not table["study"].str.startswith("=").any()
