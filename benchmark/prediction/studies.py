"""The studies among paths that a person names: files, folders of views, and folders of such folders."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import UserError

Source = Path | bytes  # an image file, or its content
SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".dcm")
MOST_VIEWS = 12  # images of one folder that may be one study; chosen by hand


@dataclass(frozen=True)
class Study:
    """The images (views) that are judged as one, and its name; `names` are those of the images."""

    name: str
    images: tuple[Source, ...]
    names: tuple[str, ...]


def find_studies(paths: Iterable[Path], *, each_image: bool = False) -> list[Study]:
    """The studies of these paths, in their order.

    A file is a study of one image. A folder's own images are the views of one study, and so are those of each
    folder below; with `each_image`, every image is a study of its own. In folders, files with another suffix
    than SUFFIXES are left out, as are hidden ones. Raises UserError for a path that does not exist, a folder
    without images, and one with more than MOST_VIEWS.
    """
    found: list[Study] = []
    for path in paths:
        studies = list(_in_folder(path, each_image)) if path.is_dir() else [_of_file(path)]
        if not studies:
            raise UserError(f"{path} holds no image ({', '.join(SUFFIXES)})")
        found += studies
    return found


def _of_file(path: Path) -> Study:
    if not path.exists():
        raise UserError(f"{path} does not exist")
    return Study(str(path), (path,), (path.name,))


def _in_folder(folder: Path, each_image: bool) -> Iterator[Study]:
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    images = [entry for entry in entries if entry.is_file() and entry.suffix.lower() in SUFFIXES]
    if each_image:
        yield from (_of_file(image) for image in images)
    elif len(images) > MOST_VIEWS:
        raise UserError(
            f"{folder} holds {len(images):,} images, too many to be the views of one study: put each study "
            "into a folder of its own, or use --each-image where every image is a study"
        )
    elif images:
        yield Study(str(folder), tuple(images), tuple(image.name for image in images))
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink():
            yield from _in_folder(entry, each_image)
