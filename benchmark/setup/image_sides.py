"""Look at some images of a data set: how large they are, and whether they can be read at all."""

from collections.abc import Sequence
from pathlib import Path

from benchmark.errors import UserError
from extractors.image_files import ImageFileError, header_of, open_image

_LOOKED_AT = 25  # images, spread over the data set; chosen by hand


def sides_of(data: Path, paths: Sequence[Path]) -> tuple[tuple[int, ...], str]:
    """The longer sides (pixels) of some of these images, and a note on those that cannot be read.

    Nothing is decoded. Raises UserError when none of them can be read.
    """
    sides, problems = [], []
    for path in paths[:: max(1, len(paths) // _LOOKED_AT)][:_LOOKED_AT]:
        try:
            with open_image(path) as image:
                header = header_of(image)
                sides.append(max(header.width, header.height))
        except ImageFileError as error:
            problems.append(f"{path.name}: {error}")
    if not sides:
        raise UserError(
            f"{data}: none of {len(problems)} images looked at can be read (first: {problems[0]})"
        )
    if not problems:
        return tuple(sides), ""
    return tuple(sides), (
        f"{len(problems)} of {len(sides) + len(problems)} images looked at cannot be read ({problems[0]}): "
        "'benchmark data verify' lists all; repair them, or run with --skip-unreadable"
    )
