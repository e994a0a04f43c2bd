import pytest

from benchmark.errors import UserError
from benchmark.setup.image_sides import sides_of
from tests.benchmark.setup.drawn import draw_classes


def test_sides_of_some_images_are_read(tmp_path):
    paths = sorted(draw_classes(tmp_path, side=40).rglob("*.png"))
    sides, note = sides_of(tmp_path, paths)
    assert set(sides) == {40}
    assert len(sides) == 25
    assert note == ""


def test_an_unreadable_image_is_said_and_only_unreadable_ones_are_refused(tmp_path):
    paths = sorted(draw_classes(tmp_path, images=2).rglob("*.png"))
    paths[0].write_text("no image")
    assert "1 of 4 images looked at cannot be read" in sides_of(tmp_path, paths)[1]
    with pytest.raises(UserError, match="none of 1 images"):
        sides_of(tmp_path, paths[:1])
