"""Whether the images that lie there now are those that a record was computed on: by bytes, then by pixels."""

from dataclasses import dataclass
from pathlib import Path

from benchmark.datasets.manifest import Manifest
from benchmark.grid.schema import ImageSettings
from benchmark.store.record import Elsewhere, Record
from extractors.file_contents import contents_digest
from extractors.pixels import pixel_folder, read_pixels

CHANGED = "changed since: the images"  # the reason of a cell whose record is of other images


@dataclass(frozen=True)
class ImageState:
    """The images as they are now: digest of the files' bytes, and of their pixels where they are decoded."""

    files: str
    pixels: str = ""

    def differ_from(self, record: Record | Elsewhere) -> bool:
        """Whether a record was computed on other images; decided by the pixels where these are known.

        An older record that does not name its files is trusted until the pixels are known.
        """
        if self.pixels:
            return record.pixels_digest != self.pixels
        return bool(record.files_digest) and record.files_digest != self.files


def images_now(
    manifest: Manifest, settings: ImageSettings, cache: Path, *, read_new: bool
) -> ImageState | None:
    """The state of a data set's images, without decoding any.

    Files that may have changed since they were last read are read; None for a data set that was never read,
    unless `read_new`.
    """
    images = [str(image) for image in manifest.images["image"].to_numpy(dtype=object)]
    files = contents_digest(cache, manifest.root, images, read_new=read_new)
    if files is None:
        return None
    folder = pixel_folder(cache, files, size=settings.size, fit=settings.fit, window=settings.window)
    stored = read_pixels(folder, images, settings.size)
    return ImageState(files, stored.digest if stored else "")
