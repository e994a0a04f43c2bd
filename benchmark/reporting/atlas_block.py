"""An embedding atlas as points of the page, with thumbnails of some of its images."""

import pandas as pd

from benchmark.analysis.attempts import Attempt, attempt
from benchmark.analysis.embedding_atlas import errors_first
from benchmark.analysis.findings import Findings
from benchmark.analysis.shown_cell import cache_of
from benchmark.execution.cached import cached_pixels
from benchmark.reporting.page_parts import Parts
from benchmark.reporting.picture_figures import ATLAS, slug
from extractors.array_store import StoredArray
from results.figures import EmbeddingAtlas
from results.figures.marks import OTHERS
from results.page import Block, Prose, ScatterBlock
from results.page.pictures import thumbnail
from results.text import for_markdown

_SIDE = 80  # pixels of a thumbnail
_DIGITS = 3  # after the point, of a coordinate in the page; its CSV has all


def atlas_blocks(findings: Findings, parts: Parts) -> list[Block]:
    """The atlas of each strategy that was drawn; a line where the pixels for the thumbnails are gone."""
    drawn = {one.name: one for one in parts.named(ATLAS)}
    pixels = _pixels(findings)
    blocks: list[Block] = []
    for strategy, found in findings.atlases.items():
        one = drawn.get(f"{ATLAS}{slug(strategy)}")
        if one is not None and found.made is not None:
            caption, files = for_markdown(one.caption), parts.links(one.files)
            blocks.append(_block(found.made, parts, caption, files, pixels.made))
    if blocks and pixels.reason:
        blocks.append(Prose(for_markdown(f"No thumbnails: {pixels.reason}.")))
    return blocks


def _pixels(findings: Findings) -> Attempt[StoredArray]:
    evaluated = findings.evaluated
    return attempt(lambda: cached_pixels(findings.plan, evaluated.finished[0], cache_of(evaluated)))


def _block(
    atlas: EmbeddingAtlas, parts: Parts, caption: str, files: dict[str, str], pixels: StoredArray | None
) -> ScatterBlock:
    frame = atlas.frame()
    shown = frame.iloc[errors_first(frame)[: parts.detail.points]]
    rows = [] if pixels is None else list(shown.index[: parts.detail.thumbnails])
    return ScatterBlock(
        frame=_rounded(shown),
        x="x",
        y="y",
        axes=atlas.axes,
        marks=atlas.marks,
        others=OTHERS,
        caption=caption + _which(len(shown), len(frame), len(rows)),
        files=files,
        thumbnails={
            place: thumbnail(pixels.data[row], _SIDE) for place, row in enumerate(rows) if pixels is not None
        },
    )


def _rounded(points: pd.DataFrame) -> pd.DataFrame:
    numbers = points[["x", "y", "probability"]].round(_DIGITS)
    return points.assign(**numbers).reset_index(drop=True)


def _which(shown: int, images: int, thumbnails: int) -> str:
    """What the page holds of an atlas, in words."""
    some = (
        f" {shown:,} of {images:,} images: the wrong of the test set, then others at random; the CSV has all."
    )
    points = some if shown < images else f" All {images:,} images."
    return points + (f" Thumbnails of {thumbnails:,}, the wrong ones first." if thumbnails else "")
