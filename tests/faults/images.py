"""Image files with random damage: each is decoded, or refused in one line, within bounded time and memory."""

import random
import resource
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
from PIL import Image
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

from extractors.pixels import UnreadableImageError, decode
from tests.extractors.dicom_cases import lookup_table, saved, without_preamble
from tests.faults.command import LONGEST, TooSlow, alarm
from tests.faults.mutations import mutated_bytes
from tests.faults.outcome import ACCEPTED, FAULT, REFUSED, Outcome, counted

SIZE = 32
GIB = 2**20  # of the kibibytes of ru_maxrss
OTHERS = {  # contents that are no image, or one of another format
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n%%EOF\n",
    "PDF": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n",
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'></svg>",
    "HTML": b"<!doctype html><title>404</title>",
    "empty": b"",
    "zeros": bytes(4096),
    "GIF": b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;",
}


def originals(folder: Path) -> list[Path]:
    """Small images of every format and mode that people have, with metadata in some."""
    random_pixels = np.random.default_rng(0).integers(0, 256, (40, 30), dtype=np.uint8)
    grey = Image.fromarray(random_pixels)
    deep = Image.fromarray(random_pixels.astype(np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112] = 6  # rotated
    made = {
        "grey.png": (grey, {"exif": exif}),
        "deep.png": (deep, {}),
        "rgb.png": (grey.convert("RGB"), {}),
        "alpha.png": (grey.convert("LA"), {}),
        "palette.png": (grey.convert("P"), {}),
        "one.png": (grey.convert("1"), {}),
        "grey.jpg": (grey, {"exif": exif, "quality": 90}),
        "rgb.jpg": (grey.convert("RGB"), {"progressive": True}),
        "grey.tif": (grey, {}),
        "deep.tif": (deep, {"compression": "tiff_lzw"}),
        "float.tif": (Image.fromarray(random_pixels.astype(np.float32)), {}),
        "grey.bmp": (grey, {}),
    }
    for name, (image, options) in made.items():
        image.save(folder / name, **options)
    return [*(folder / name for name in made), *dicom_originals(folder)]


def dicom_originals(folder: Path) -> list[Path]:
    """Small DICOM files of every kind of compression that is read."""
    values = np.random.default_rng(0).integers(0, 4096, (64, 48), dtype=np.uint16)
    twelve = {"BitsStored": 12, "HighBit": 11, "PhotometricInterpretation": "MONOCHROME1"}
    table = {"VOILUTSequence": lookup_table(np.arange(256), 0, 8)}
    made = [
        saved(folder / "window.dcm", values, **twelve, WindowCenter=2000, WindowWidth=3000),
        saved(folder / "table.dcm", values, **twelve, **table, RescaleSlope=2, RescaleIntercept=-7),
        saved(folder / "jpeg2000.dcm", values, **twelve, compressed=JPEG2000Lossless),
        saved(folder / "rle.dcm", values, **twelve, compressed=RLELossless),
        saved(folder / "jpeg.dcm", np.dstack([values.astype(np.uint8)] * 3), compressed=JPEGBaseline8Bit),
        without_preamble(saved(folder / "bare.dcm", values, **twelve)),
    ]
    for name in ("MR_small_jpeg_ls_lossless.dcm", "SC_rgb_jpeg_gdcm.dcm"):  # no encoder is installed
        made.append(Path(shutil.copy(Path(pydicom.__file__).parent / "data" / "test_files" / name, folder)))
    return made


def images(count: int, seed: int = 0) -> pd.DataFrame:
    """So many damaged images, spread over formats, and contents of other formats under an image's name."""
    choose = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wholes = originals(folder)
        outcomes = [_judged(f"whole {path.suffix[1:]}", path) for path in wholes]
        outcomes += _damaged(folder, wholes, choose, count)
        for kind, content in OTHERS.items():
            path = folder / f"other-{kind}.png"
            path.write_bytes(content)
            outcome = _judged(f"other content: {kind}", path)
            taken = outcome.ended == ACCEPTED
            outcomes.append(Outcome(outcome.kind, FAULT, "was taken for an image") if taken else outcome)
    return counted(outcomes)


def _damaged(folder: Path, wholes: list[Path], choose: random.Random, count: int) -> Iterator[Outcome]:
    for _ in range(count):
        whole = choose.choice(wholes)
        path = folder / f"damaged{whole.suffix}"
        path.write_bytes(mutated_bytes(whole.read_bytes(), choose))
        yield _judged(f"damaged {whole.suffix[1:]}", path)


def _judged(kind: str, path: Path) -> Outcome:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        with alarm(LONGEST):
            pixels = decode(path, SIZE, "pad")
    except UnreadableImageError as error:
        line = str(error)
        return Outcome(kind, FAULT if "\n" in line or not line else REFUSED, line)
    except TooSlow:
        return Outcome(kind, FAULT, f"took more than {LONGEST} s")
    except Exception as error:
        return Outcome(kind, FAULT, f"{type(error).__name__}: {error}")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if grown > GIB or pixels.shape != (SIZE, SIZE) or pixels.dtype != np.uint8:
        return Outcome(kind, FAULT, f"{grown} KiB, {pixels.shape}, {pixels.dtype}")
    return Outcome(kind, ACCEPTED)
