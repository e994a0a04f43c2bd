"""Write studies with their maps into a folder: a PNG per study, and one page with all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from benchmark.errors import UserError
from benchmark.prediction.cells import in_words
from benchmark.prediction.explanation import Contributions, contributions_of, heat_of
from benchmark.prediction.overlay import overlay
from benchmark.prediction.predictor import ABNORMAL, NORMAL
from benchmark.prediction.scoring import Scorer, scorer_of
from benchmark.prediction.studies import MOST_VIEWS, Study
from benchmark.store.kept_models import KeptModel
from extractors.array_store import write_atomically
from extractors.engines import AUTO
from extractors.pixels import Box, UnreadableImageError, box_pixels, decode
from results.counts import counted
from results.labels import distinct
from results.page.blocks import Block, FigureBlock, Prose, Section
from results.page.pictures import as_photograph
from results.page.rendering import render
from results.text import for_file_name, for_markdown

PAGE = "explanations.html"
ON_PAGE = 100  # studies at most, so that the page stays below about 10 MB; chosen by hand
_SIDE, _GAP = 320, 8  # pixels of a picture, and between two; pages show them at half that size
_WIDTH = 1440  # pixels across a picture of the page at most
_PARTS = 3  # last parts of a study's path that are in the name of its file: body part, patient, study
_BOX = (230, 159, 0)  # the orange of Okabe and Ito (2008)


@dataclass(frozen=True)
class Item:
    """A study that is shown in a section of the page, at most `shown` of its views.

    `truth` is its label where that is known, `boxes` those of its images where the abnormality's place is.
    """

    section: str
    study: Study
    truth: int | None = None
    boxes: tuple[Box | None, ...] = ()
    shown: int = MOST_VIEWS


@dataclass(frozen=True)
class Pictures:
    """What was written: the page, the PNG files, and a line per study that cannot be read."""

    page: Path
    files: Sequence[Path]
    errors: Sequence[str]


@dataclass(frozen=True, eq=False)
class _Model:
    """A kept model that is ready to judge and to explain."""

    kept: KeptModel
    score: Scorer
    contributions: Contributions


def write_pictures(
    model: KeptModel, items: Iterable[Item], folder: Path, device: str = "auto", engine: str = AUTO
) -> Pictures:
    """Write NAME.png for each study and PAGE into a folder.

    A picture has the views side by side, with their maps below. Raises UserError for a model that cannot be
    used and has no map, and for a folder that cannot be written.
    """
    ready = _Model(model, scorer_of(model, device, engine), contributions_of(model, device, engine))
    files: list[Path] = []
    errors: list[str] = []
    sections: dict[str, list[Block]] = {}
    taken: set[str] = set()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for item in items:
            end = "/".join(Path(item.study.name).parts[-_PARTS:])
            path = folder / f"{distinct(for_file_name(f'{item.section} {end}'), taken)}.png"
            try:
                block = _block(ready, item, path)
            except UnreadableImageError as error:
                errors.append(str(error))
                continue
            files.append(path)
            if len(files) <= ON_PAGE:
                sections.setdefault(item.section, []).append(block)
        write_atomically(folder / PAGE, _page(ready, sections, len(files)))
    except OSError as error:
        raise UserError(f"--out: {folder} cannot be made or written: {error.strerror}") from None
    return Pictures(folder / PAGE, files, errors)


def _block(model: _Model, item: Item, path: Path) -> FigureBlock:
    """Write the picture of a study; returns it, smaller, with its caption. Raises UnreadableImageError."""
    settings, record = model.kept.image, model.kept.record
    size, fit, window = settings["size"], settings["fit"], settings["window"]
    pixels = np.stack([decode(image, size, fit, window) for image in item.study.images])
    probabilities = model.score(pixels).probabilities
    mean = float(np.mean(probabilities))
    judged = ABNORMAL if mean >= record.threshold else NORMAL
    truth = "" if item.truth is None else f"; truth: {ABNORMAL if item.truth else NORMAL}"
    caption = (
        f"{for_markdown(item.study.name)}: probability {mean:.3f}, judged {judged} (threshold "
        f"{record.threshold:.3f}){truth}"
    )
    frame = pd.DataFrame({"image": item.study.names, "probability": probabilities})
    shown = pixels[: item.shown]
    _picture(shown, heat_of(model.contributions(shown), _SIDE), _outlines(item, fit)).save(path)
    small = as_photograph(path, _WIDTH)
    return FigureBlock(small, frame, caption, f"views and maps of {item.study.name}", {"PNG": path.name})


def _outlines(item: Item, fit: str) -> list[tuple[int, int, int, int] | None]:
    """The known boxes in pixels of the pictures, with their last pixels inside."""
    found: list[tuple[int, int, int, int] | None] = [None] * len(item.study.images)
    for place, (image, box) in enumerate(zip(item.study.images, item.boxes, strict=False)):
        inside = box_pixels(image, box, _SIDE, fit) if box else np.zeros((1, 1), bool)
        if inside.any():
            y, x = np.nonzero(inside)
            found[place] = int(x.min()), int(y.min()), int(x.max()), int(y.max())
    return found


def _picture(
    pixels: NDArray[np.uint8],
    heats: NDArray[np.float32],
    outlines: Sequence[tuple[int, int, int, int] | None],
) -> Image.Image:
    """The views in a row, and below each its overlay; known boxes are outlined."""
    step = _SIDE + _GAP
    canvas = Image.new("RGB", (len(pixels) * step - _GAP, 2 * step - _GAP), "white")
    for place, (square, heat, box) in enumerate(zip(pixels, heats, outlines, strict=False)):
        view = Image.fromarray(square).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
        for row, picture in enumerate((view.convert("RGB"), overlay(np.asarray(view), heat))):
            if box:
                ImageDraw.Draw(picture).rectangle(box, outline=_BOX)
            canvas.paste(picture, (place * step, row * step))
    return canvas


def _page(model: _Model, sections: dict[str, list[Block]], written: int) -> str:
    more = f" Of {written:,} studies the first {ON_PAGE} are shown; the folder has all." * (written > ON_PAGE)
    about = Prose(
        f"By the model {for_markdown(in_words(model.kept.record))}.\n\n"
        "Each picture shows the views of a study as the model sees them, and below them their maps: "
        f"{model.contributions.how}. Colours go from violet (speaks a little for abnormal) to yellow (speaks "
        "most for it); where the map is below a fifth of its largest value, the image stays grey. Each map "
        "has its own scale: colours of two images cannot be compared, and a normal image has a largest value "
        f"too. An orange frame is the known place of the abnormality.{more}\n\n"
        "A research tool, not a medical device."
    )
    listed = [Section(title, blocks) for title, blocks in sections.items()]
    return render("What speaks for abnormal", counted(written, "study"), [Section("About", [about]), *listed])
