"""PDFs hold the same glyphs with the reduced font as with the whole one."""

from io import BytesIO

import matplotlib
import pytest
from fontTools.ttLib import TTFont
from matplotlib.backends import _backend_pdf_ps
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont

from results.figures.pdf_fonts import _lean, lean_fonts
from results.figures.style import RC

PATH = str(findfont("DejaVu Sans"))


def pdf_of(text: str) -> bytes:
    stream = BytesIO()
    with matplotlib.rc_context(RC):
        figure = Figure(figsize=(2, 1))
        figure.text(0.1, 0.5, text)
        figure.savefig(stream, format="pdf", metadata={"CreationDate": None})
    return stream.getvalue()


def test_each_kept_glyph_has_its_number_outline_and_width():
    content, kept = _lean(PATH, 0)
    with TTFont(BytesIO(content)) as lean, TTFont(PATH) as whole:
        for code in "Aeé0%·−–→≤α²(":
            name = whole.getBestCmap()[ord(code)]
            assert lean.getGlyphID(name) == whole.getGlyphID(name)
            assert whole.getGlyphID(name) in kept
            assert lean["hmtx"][name] == whole["hmtx"][name]
            assert (
                lean["glyf"][name].getCoordinates(lean["glyf"])[0]
                == whole["glyf"][name].getCoordinates(whole["glyf"])[0]
            )


@pytest.mark.parametrize(("text", "is_whole"), [("Elbow, 95 %", False), ("Локоть", True)])
def test_a_glyph_that_is_not_kept_gets_the_whole_font(monkeypatch, text, is_whole):
    fonts, original = [], _backend_pdf_ps.get_glyphs_subset

    def noted(font, glyphs):
        fonts.append(font)
        return original(font, glyphs)

    monkeypatch.setattr(_backend_pdf_ps, "get_glyphs_subset", noted)
    with lean_fonts():
        assert pdf_of(text)
    assert [not isinstance(font, BytesIO) for font in fonts] == [is_whole]
    assert _backend_pdf_ps.get_glyphs_subset is noted


def test_the_same_figure_gives_the_same_bytes():
    with lean_fonts():
        assert pdf_of("Elbow") == pdf_of("Elbow")
