"""A phantom that is not drawn has the rows that it will have."""

from pandas.testing import assert_frame_equal

from benchmark.datasets.mura import read_mura
from benchmark.datasets.phantom.draw import draw_phantom
from benchmark.datasets.phantom.listing import list_phantom


def test_the_rows_are_those_of_the_drawn_phantom(tmp_path):
    drawn = read_mura(draw_phantom(tmp_path / "p", patients=43, difficulty=0.3, seed=5, long_side=32))
    listed = list_phantom(tmp_path / "p", patients=43, difficulty=0.3, seed=5)
    assert_frame_equal(listed.images, drawn.images, check_dtype=False)
    assert (listed.root, listed.evaluated_on) == (drawn.root, drawn.evaluated_on)
    assert set(listed.images["split"]) == {"train", "test"}
    assert (listed.drawn, listed.digest()) == (False, "")


def test_few_patients_have_no_test_part(tmp_path):
    assert list_phantom(tmp_path, patients=3, difficulty=0.5, seed=0).evaluated_on == ""


def test_a_listing_that_takes_long_says_so_first(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("benchmark.datasets.phantom.listing._MANY", 10)
    list_phantom(tmp_path, patients=11, difficulty=0.5, seed=0)
    assert "listing the 11 patients of a phantom takes about" in caplog.text
