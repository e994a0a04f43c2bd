"""Figures become files, or a reason why not."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from benchmark.reporting.figure_files import draw
from benchmark.reporting.figures import Planned
from tests.benchmark.planted import ALONE


class Square:
    """A figure that draws itself."""

    def frame(self):
        return pd.DataFrame({"x": [1, 2]})

    def plot(self):
        return Figure(figsize=(1, 1))


class Empty(Square):
    """A figure that turns out to have nothing to draw."""

    def plot(self):
        raise ValueError("no point is finite")


@pytest.mark.parametrize("count", [1, 5])
def test_they_come_in_their_order_however_many_there_are(tmp_path, count):
    planned = [Planned(f"square_{number}", "A square.", Square()) for number in range(count)]
    drawn = draw(iter(planned), tmp_path / "figures", ALONE)
    assert [figure.name for figure in drawn] == [figure.name for figure in planned]
    for figure in drawn:
        assert {path.name for path in figure.files} == {
            f"{figure.name}.{kind}" for kind in ("pdf", "png", "csv")
        }
        assert all(path.parent == tmp_path / "figures" and path.is_file() for path in figure.files)
        assert (figure.caption, figure.reason) == ("A square.", "")


def test_what_cannot_be_drawn_has_its_reason_and_no_file(tmp_path):
    planned = [Planned("ranks", "Ranks.", reason="two methods"), Planned("empty", "Empty.", Empty())]
    drawn = draw(planned, tmp_path, ALONE)
    assert [(figure.files, figure.reason) for figure in drawn] == [
        ((), "two methods"),
        ((), "no point is finite"),
    ]
    assert not list(tmp_path.iterdir())


def test_progress_is_told_figure_by_figure(tmp_path):
    told = []
    planned = [Planned("square", "A square.", Square()), Planned("none", "Nothing.", Empty())]
    draw(planned, tmp_path / "figures", ALONE, lambda *step: told.append(step))
    assert told == [("drawing figures", 0, 2), ("drawing figures", 1, 2), ("drawing figures", 1, 2)]
