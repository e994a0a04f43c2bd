"""Prints what DICOM files cost: time per header, memory and time per pixel of each compression, over PNG.

    python tests/performance/dicom.py [--side 3000]

Memory is the peak of a fresh process over what it had before it decodes one image of noise, which compresses worst
(on Linux).
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

from benchmark.datasets.dicom.headers import files_below, read_headers
from tests.benchmark.datasets.dicom.studies import write_folder
from tests.extractors.dicom_cases import saved

_HEADERS = 1000
_DECODE = """
import re, sys, time
from pathlib import Path
from extractors.pixels import decode
def kibibytes(what):
    return int(re.search(what + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
for warm in sys.argv[2:]:
    decode(Path(warm), 64, "pad")
before, began = kibibytes('VmRSS'), time.process_time()
decode(Path(sys.argv[1]), 64, "pad")
print(kibibytes('VmHWM') - before, time.process_time() - began)
"""


def files(folder: Path, side: int) -> dict[str, Path]:
    """An image of each kind, and `small/` ones of the same kinds that load the decoders."""
    draw = np.random.default_rng(0).integers
    deep = draw(0, 4096, (side, side), dtype=np.uint16)
    colours = draw(0, 256, (side, side, 3), dtype=np.uint8)
    twelve = {"BitsStored": 12, "HighBit": 11}
    folder.mkdir()
    Image.fromarray(deep).save(folder / "png.png")
    return {
        "PNG, 16 bits": folder / "png.png",
        "uncompressed": saved(folder / "native", deep, **twelve),
        "RLE": saved(folder / "rle", deep, **twelve, compressed=RLELossless),
        "JPEG 2000": saved(folder / "j2k", deep, **twelve, compressed=JPEG2000Lossless),
        "colour JPEG": saved(folder / "jpeg", colours, compressed=JPEGBaseline8Bit),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=3000)
    side = parser.parse_args().side
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root = write_folder(folder / "studies", _HEADERS)
        paths, _ = files_below(root)
        began = time.process_time()
        read_headers(root, paths, 1)
        print(f"headers: {1000 * (time.process_time() - began) / len(paths):.2f} ms each")  # noqa: T201
        small, large = files(folder / "small", 64), files(folder / "large", side)
        for kind, path in large.items():
            command = [sys.executable, "-c", _DECODE, str(path), str(small[kind])]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            kibibytes, seconds = map(float, done.stdout.split())
            per_pixel, million = 1024 * kibibytes / side**2, 1e6 * seconds / side**2
            print(f"{kind}: {per_pixel:.1f} bytes per pixel, {million:.3f} s per million pixels")  # noqa: T201


if __name__ == "__main__":
    main()
