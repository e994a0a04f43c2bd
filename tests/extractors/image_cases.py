"""Image files that Pillow cannot write: 16-bit PNG channels, damaged metadata, PostScript under another name."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n(ran) (w) file closefile\nshowpage\n%%EOF\n"
_COLOUR_TYPES = {1: 0, 3: 2, 2: 4, 4: 6}


def png16(values: NDArray[np.uint16], extra: bytes = b"") -> bytes:
    """A 16-bit PNG of (height, width, channels): grey, grey and alpha, RGB or RGBA."""
    height, width, channels = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, _COLOUR_TYPES[channels], 0, 0, 0)
    parts = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def with_broken_exif(png: bytes) -> bytes:
    """The PNG with an EXIF chunk that ends in its header."""
    return png[:-12] + chunk(b"eXIf", b"MM\x00\x2a\x00\x00") + png[-12:]


def ghostscript_that_leaves_a_mark(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a program `gs` first on the PATH; the file returned exists once it has been started."""
    mark, programs = folder / "gs-was-started", folder / "bin"
    programs.mkdir()
    for name in ("gs", "gswin32c", "gswin64c"):
        program = programs / name
        program.write_text(f"#!/bin/sh\ntouch '{mark}'\necho 10.0\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return mark
