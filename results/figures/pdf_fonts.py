"""Fonts for the PDFs of a process: read and reduced once, not anew for every figure.

Matplotlib takes the glyphs of a figure out of the whole font file each time: of DejaVu Sans, 6,000 glyphs
with tables of ligatures that a PDF does not use. Here it gets a copy with the letters of European languages,
where each glyph has its number and outline; a figure with another glyph gets the whole font as before.
"""

import functools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from fontTools import subset
from matplotlib.backends import _backend_pdf_ps

_KEPT = (  # ranges of Unicode: first and last code point
    (0x20, 0x17F),  # Latin: basic, supplement, extended A
    (0x370, 0x3FF),  # Greek
    (0x2010, 0x2044),  # dashes, quotes, dots
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematical operators
    (0x25A0, 0x25FF),  # shapes
)
_UNUSED = ["GSUB", "GPOS", "GDEF", "MATH", "kern", "FFTM", "meta"]  # tables of a font for setting text
_backend: Any = _backend_pdf_ps  # whose functions have no types


class _Lean(BytesIO):
    """A font file in memory, as matplotlib asks for one."""

    face_index = 0


@contextmanager
def lean_fonts() -> Iterator[None]:
    """Let matplotlib (from 3.11 on) write PDFs with reduced fonts in this block."""
    whole = _backend.get_glyphs_subset
    if not hasattr(_backend, "SubsetResults"):
        yield
        return

    def reduced(font: Any, glyphs: Iterable[int]) -> Any:
        asked = set(glyphs)
        content, kept = _lean(str(font), font.face_index)
        return whole(_Lean(content) if asked <= kept else font, asked)

    _backend.get_glyphs_subset = reduced
    try:
        yield
    finally:
        _backend.get_glyphs_subset = whole


@functools.cache
def _lean(path: str, face: int) -> tuple[bytes, frozenset[int]]:
    """The reduced font file, and the numbers of the glyphs in it."""
    options = subset.Options(glyph_names=True, recommended_glyphs=True, retain_gids=True, font_number=face)
    options.drop_tables += _UNUSED
    wanted = [code for first, last in _KEPT for code in range(first, last + 1)]
    stream = BytesIO()
    with subset.load_font(path, options) as font:
        glyphs = font.getBestCmap()
        numbers = {font.getGlyphID(glyphs[code]) for code in wanted if code in glyphs}
        subsetter = subset.Subsetter(options=options)
        subsetter.populate(unicodes=wanted)
        subsetter.subset(font)
        font.save(stream, reorderTables=False)
    return stream.getvalue(), frozenset(numbers)
