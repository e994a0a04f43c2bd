"""Pictures made small for a page: what stays, what becomes smaller, what is refused."""

from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from results.page.pictures import address_of, as_chart, as_photograph, size_of, thumbnail


@pytest.fixture
def chart(tmp_path):
    """A PNG of 300 x 200: lines and soft edges of six colours on white."""
    pixels = np.full((200, 300, 4), 255, np.uint8)
    for place, color in enumerate(
        ((0, 114, 178), (213, 94, 0), (0, 158, 115), (230, 159, 0), (86, 180, 233))
    ):
        share = np.linspace(0, 1, 40)[:, None]
        soft = np.rint(255 * (1 - share) + share * np.array(color)).astype(np.uint8)
        pixels[30 * place + 20 : 30 * place + 40, 20:60, :3] = soft
        pixels[30 * place + 20 : 30 * place + 40, 80:280, :3] = color
    path = tmp_path / "chart.png"
    Image.fromarray(pixels).save(path)
    return path


def opened(data):
    return np.asarray(Image.open(BytesIO(data)).convert("RGB")).astype(int)


def test_a_chart_keeps_its_size_its_paper_and_nearly_its_colours(chart):
    before, after = opened(chart.read_bytes()), opened(as_chart(chart))
    assert after.shape == before.shape
    assert (after[0, 0] == 255).all()
    assert np.abs(after - before).max() < 24
    assert (np.abs(after - before).max(axis=2) > 6).mean() < 0.02


def test_a_chart_becomes_less_than_half_as_large(tmp_path):
    figure = Figure(figsize=(3.5, 3.5))
    axis = figure.subplots()
    x = np.linspace(0, 6, 200)
    for color in ("#0072B2", "#D55E00"):
        axis.plot(x, np.sin(x + len(color)), color=color)
        axis.fill_between(x, np.sin(x) - 0.2, np.sin(x + 1) + 0.2, facecolor=(color, 0.15))
    figure.savefig(tmp_path / "lines.png", dpi=300)
    assert len(as_chart(tmp_path / "lines.png")) < 0.5 * (tmp_path / "lines.png").stat().st_size


def test_a_photograph_is_at_most_as_wide_and_no_wider_than_it_was(chart):
    assert size_of(as_photograph(chart, 150)) == (150, 100)
    assert size_of(as_photograph(chart, 900)) == (300, 200)
    assert as_photograph(chart, 150).startswith(b"\xff\xd8\xff")


def test_a_thumbnail_is_small_and_looks_like_the_image():
    pixels = np.tile(np.linspace(0, 255, 224).astype(np.uint8), (224, 1))
    data = thumbnail(pixels, 80)
    assert size_of(data) == (80, 80)
    assert len(data) < 2500
    small = opened(data)[:, :, 0]
    assert small[40, 5] < 40
    assert small[40, 75] > 215
    assert size_of(thumbnail(pixels[:30, :20], 80)) == (20, 30), "never larger than it was"


def test_addresses_name_the_kind_and_other_kinds_are_refused(chart):
    assert address_of(chart.read_bytes()).startswith("data:image/png;base64,")
    assert address_of(as_photograph(chart, 90)).startswith("data:image/jpeg;base64,")
    for function in (address_of, size_of):
        with pytest.raises(ValueError, match="not a PNG or a JPEG"):
            function(b"GIF89a")
