"""A figure is saved as picture and numbers, the same bytes each time."""

import pandas as pd
import pytest
from PIL import Image

from results.figures import ConfusionMatrix, LearningCurves, save


def test_picture_and_numbers_lie_side_by_side(curves, tmp_path):
    figure = LearningCurves(curves(parts=("wrist",)), "auroc", "study", width=3.5)
    paths = save(figure, tmp_path / "new", "curves")
    assert [path.name for path in paths] == ["curves.pdf", "curves.png", "curves.csv"]
    assert paths[0].read_bytes().startswith(b"%PDF")
    with Image.open(paths[1]) as picture:
        assert picture.size[0] == 1050, "3.5 inches at 300 dpi"
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    pd.testing.assert_frame_equal(
        pd.read_csv(paths[2], keep_default_na=False), figure.frame(), check_dtype=False
    )


def test_saved_again_the_bytes_are_the_same(curves, tmp_path):
    figure = LearningCurves(curves(parts=("wrist",)), "auroc", "study")
    first, second = (save(figure, tmp_path / name, "curves") for name in "ab")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert b"CreationDate" not in first[0].read_bytes(), "the next second would give other bytes"


def test_text_stays_text_in_the_pdf(curves, tmp_path):
    pdf = save(LearningCurves(curves(), "auroc", "study"), tmp_path, "curves")[0].read_bytes()
    assert b"/Type0" in pdf or b"/TrueType" in pdf
    assert b"/Type3" not in pdf


def test_rows_with_names_keep_them(tmp_path):
    matrix = ConfusionMatrix([0, 1], [0.2, 0.9], 0.5, "wrist")
    assert save(matrix, tmp_path, "m")[2].read_text().splitlines()[0] == "truth,normal,abnormal"


def test_what_cannot_be_drawn_leaves_no_file(tmp_path):
    with pytest.raises(ValueError, match="no row"):
        save(LearningCurves([], "auroc", "study"), tmp_path / "new", "curves")
    assert not (tmp_path / "new").exists()
