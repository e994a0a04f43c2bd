"""The pixels of external sets: decoded as the grid's own images are, or made of these by a corruption."""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from benchmark.datasets.external import refuse_unless_allowed
from benchmark.datasets.splits import RowNumbers
from benchmark.errors import UserError
from benchmark.execution.advice import with_advice
from benchmark.execution.external_sets import SAME_IMAGES, ExternalSet
from benchmark.grid.schema import ImageSettings
from extractors.array_store import PartialArray, StoredArray, read_array
from extractors.corruptions import CORRUPTIONS_VERSION, corrupt
from extractors.digests import digest_of
from extractors.pixels import UnreadableImageError, load_pixels

_CHUNK = 256  # images that are corrupted and written at once; chosen by hand
_log = logging.getLogger(__name__)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class SetPixels:
    """A set whose images can be read, and the array with their pixels: `rows` (n,) are its rows, in order."""

    external: ExternalSet
    pixels: StoredArray  # (N, size, size) uint8
    rows: RowNumbers

    @property
    def files_digest(self) -> str:
        """The digest of the files' bytes; empty for a corruption, which has none."""
        return str(self.pixels.meta.get("files", ""))


def set_pixels(
    sets: Sequence[ExternalSet],
    home: StoredArray,
    cache: Path,
    settings: ImageSettings,
    *,
    jobs: int,
    skip_unreadable: bool,
    progress: Progress,
) -> list[SetPixels]:
    """The pixels of each set, which is then `ExternalSet.read`.

    A set that cannot be used is a warning of one line, and the others go on: one with an image that cannot
    be read (unless `skip_unreadable`), and one with images of the grid's own data set, pixel by pixel, of
    patients that its `allow_shared` does not name.
    """
    hospitals = [one for one in sets if one.corruption is None]
    found: list[SetPixels] = []
    own = _digests(home) if hospitals else {}
    for one in hospitals:
        try:
            read = _decoded(one, cache, settings, jobs, skip_unreadable, progress)
            _refuse_copies(read, own)
            _refuse_twin(read, found)
        except UserError as error:
            _log.warning("%s; the grid goes on without this set", error)
        else:
            found.append(read)
    found += _corrupted([one for one in sets if one.corruption], home, cache)
    return [_read(one) for one in found]


def _decoded(
    one: ExternalSet,
    cache: Path,
    settings: ImageSettings,
    jobs: int,
    skip_unreadable: bool,
    progress: Progress,
) -> SetPixels:
    assert one.manifest is not None
    images = [str(image) for image in one.manifest.images["image"]]
    try:
        stored = load_pixels(
            cache,
            one.manifest.root,
            images,
            size=settings.size,
            fit=settings.fit,
            window=settings.window,
            jobs=jobs,
            skip_unreadable=skip_unreadable,
            progress=lambda rows: progress(f"decoding images of {one.name}", rows, len(images)),
        )
    except UnreadableImageError as error:
        raise UserError(f"external '{one.name}': {with_advice(error)}") from None
    unreadable = stored.meta["unreadable"]
    rows = np.array([row for row, image in enumerate(images) if image not in unreadable], np.intp)
    return SetPixels(one.only(rows), stored, rows)


def _read(found: SetPixels) -> SetPixels:
    return replace(found, external=found.external.read(found.files_digest, found.pixels.digest))


def _digests(stored: StoredArray) -> dict[bytes, str]:
    """The image of each different content; images that could not be read are not there."""
    unreadable = stored.meta.get("unreadable", {})
    return {
        _digest(pixels): name
        for name, pixels in zip(stored.ids, stored.data, strict=True)
        if name not in unreadable
    }


def _digest(pixels: NDArray[Any]) -> bytes:
    return hashlib.blake2b(pixels.tobytes(), digest_size=16).digest()


def _refuse_copies(read: SetPixels, own: dict[bytes, str]) -> None:
    assert read.external.manifest is not None
    patients = read.external.manifest.images["patient"]
    copied = {
        str(patient)
        for patient, row in zip(patients, read.rows, strict=True)
        if _digest(read.pixels.data[row]) in own
    }
    what = "images that are in the grid's own data set, pixel by pixel"
    why = f"has {what}", f"have {what}"
    refuse_unless_allowed(read.external.name, copied, read.external.allow_shared, why)


def _refuse_twin(read: SetPixels, others: Sequence[SetPixels]) -> None:
    """Refuse a set whose images are those of another one, pixel by pixel, under other names of files."""
    alike = [other for other in others if len(other.rows) == len(read.rows)]
    own = set(_digests(read.pixels)) if alike else set()
    for other in alike:
        if own == set(_digests(other.pixels)):
            raise UserError(f"external '{read.external.name}': {SAME_IMAGES.format(other.external.name)}")


def _corrupted(rungs: Sequence[ExternalSet], home: StoredArray, cache: Path) -> Iterator[SetPixels]:
    """The rungs of each kind share an array: one pass of a network embeds all of them."""
    place = {name: row for row, name in enumerate(home.ids)}
    for kind, members in groupby(rungs, key=lambda one: one.corruption.kind if one.corruption else ""):
        same = [_readable(one, home) for one in members]
        strengths = [one.corruption.strength for one in same if one.corruption]
        images = [str(image) for image in same[0].images["image"]]
        rows = np.array([place[image] for image in images], np.intp)
        stored = _ladder(kind, strengths, images, home.data, rows, home.digest, cache)
        for number, one in enumerate(same):
            yield SetPixels(one, stored, np.arange(len(images)) + number * len(images))


def _readable(one: ExternalSet, home: StoredArray) -> ExternalSet:
    unreadable = one.images["image"].isin(list(home.meta.get("unreadable", {}))).to_numpy()
    return one.only(np.flatnonzero(~unreadable))


def _ladder(
    kind: str,
    strengths: Sequence[int],
    images: Sequence[str],
    data: NDArray[np.uint8],
    rows: RowNumbers,
    digest: str,
    cache: Path,
) -> StoredArray:
    """The images at each strength, one strength after the other."""
    ids = [f"{kind}-{strength}/{image}" for strength in strengths for image in images]
    key = digest_of([digest, digest_of([*ids]), CORRUPTIONS_VERSION])[:20]
    folder = cache / "corrupted" / key
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        stored = read_array(folder)
        if stored is not None and stored.ids == ids:
            return stored
        filling = PartialArray(folder, (len(ids), *data.shape[1:]), np.uint8, _CHUNK)
        for some in list(filling.pending):
            made = [
                _one(kind, strengths, images, data, rows, place) for place in range(some.start, some.stop)
            ]
            filling.write(some, np.stack(made))
        return filling.finish(ids, unreadable={})


def _one(
    kind: str,
    strengths: Sequence[int],
    images: Sequence[str],
    data: NDArray[np.uint8],
    rows: RowNumbers,
    place: int,
) -> NDArray[np.uint8]:
    number, image = divmod(place, len(images))
    return corrupt(np.asarray(data[rows[image]]), kind, strengths[number], images[image])
