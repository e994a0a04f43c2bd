"""The arrays of a MedMNIST file (.npz), read image by image, so that large files need little memory."""

import math
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from benchmark.datasets.text_table import kind_of_file
from benchmark.errors import UserError, reason

SPLITS = ("train", "val", "test")
_WANTED = ".npz with train_images, train_labels, val_images, ..."
_MOST_LABELS = 10_000_000  # of a split; the largest set, TissueMNIST, has 165,466
_LARGEST = 4096  # pixels of a side
_ZIP = b"PK\x03\x04"


def labels_of(npz: Path, split: str) -> NDArray[np.int64]:
    """The labels of a split, (n,) or (n, labels an image). Raises UserError for what is no MedMNIST file."""
    with _array(npz, f"{split}_labels") as (stream, shape, dtype):
        count = math.prod(shape)
        if dtype.kind not in "iub" or not shape or not 0 < count <= _MOST_LABELS:
            raise UserError(
                f"{npz}: {split}_labels are {dtype} {shape}; whole numbers are needed, one an image"
            )
        content = _exactly(stream, count * dtype.itemsize)
    return np.frombuffer(content, dtype).reshape(shape).astype(np.int64)


def images_of(npz: Path, split: str, number: int) -> Iterator[NDArray[np.uint8]]:
    """The images of a split, each (height, width) or (height, width, 3) uint8; there must be this `number`.

    Raises UserError for images of another kind or number, and for a file that is damaged.
    """
    with _array(npz, f"{split}_images") as (stream, shape, dtype):
        if dtype != np.uint8 or not (len(shape) == 3 or (len(shape) == 4 and shape[3] == 3)):
            raise UserError(
                f"{npz}: images are {dtype} {shape}; only 2-D 8-bit images, grey or RGB, can be used"
            )
        if shape[0] != number or not all(0 < side <= _LARGEST for side in shape[1:]):
            raise UserError(f"{npz}: {split}_images are {shape}, but {split}_labels are of {number:,} images")
        for _ in range(number):
            content = _exactly(stream, math.prod(shape[1:]))
            yield np.frombuffer(content, np.uint8).reshape(shape[1:])


@contextmanager
def _array(npz: Path, name: str) -> Iterator[tuple[IO[bytes], tuple[int, ...], np.dtype]]:
    """The stream of one array's values, its shape and its type."""
    _check_file(npz)
    try:
        with zipfile.ZipFile(npz) as archive, archive.open(f"{name}.npy") as stream:
            version = npy.read_magic(stream)
            read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, by_column, dtype = read_header(stream)
            if (by_column and len(shape) > 1) or dtype.hasobject:
                raise UserError(f"{npz}: {name} is not stored as MedMNIST stores its arrays; save it again")
            yield stream, shape, dtype
    except UserError:
        raise
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise UserError(f"{npz}: truncated or damaged ({reason(error)}); download it again") from None
    except (OSError, ValueError, KeyError, TypeError, NotImplementedError, RuntimeError):
        raise UserError(f"{npz}: not a MedMNIST file ({_WANTED})") from None


def _check_file(npz: Path) -> None:
    """Raise UserError unless this is a regular file that begins as a ZIP archive does."""
    try:
        mode = npz.stat().st_mode
        if not stat.S_ISREG(mode):
            raise UserError(f"{npz}: not a MedMNIST file ({_WANTED}) but {kind_of_file(mode)}")
        with npz.open("rb") as stream:
            start = stream.read(len(_ZIP))
    except FileNotFoundError:
        raise UserError(f"{npz}: there is no such file") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{npz}: cannot be read: {reason(error)}") from None
    if start != _ZIP:
        raise UserError(f"{npz}: not a MedMNIST file ({_WANTED})")


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise EOFError("an array ends too early")
    return content
