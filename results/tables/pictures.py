"""Tables beside the pictures: examples of predictions, embeddings as points, and augmentations."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from results.figures import EmbeddingAtlas, PredictionGallery
from results.labels import percent
from results.outcomes import WRONG
from results.tables.columns import PART, STRATEGY, Column, number_column, text_column
from results.tables.formatting import Formatted, Row, count, method_label, two_decimals
from results.tables.paper import PaperTable, paper_table, sentences
from results.text import UNDEFINED_MARK

_ATLAS_NOTE = (
    "Explained: the share of the variance of the standardised features on each axis. Wrong: test images at "
    "the threshold chosen in training; where studies are judged, all images of a wrong study."
)


def examples_table(galleries: Iterable[PredictionGallery]) -> PaperTable:
    """One line per example of these galleries, the most confident of its outcome first."""
    found = pd.DataFrame(row for gallery in galleries for row in _examples(gallery))
    if not len(found):
        raise ValueError("there is no prediction to show")
    columns = [
        STRATEGY,
        text_column("method", "method", method_label),
        text_column("outcome", "outcome"),
        number_column("rank", "rank", count),
        text_column("study", "study"),
        PART,
        number_column("views", "views", count),
        number_column("probability", "probability", two_decimals),
        number_column("threshold", "threshold", two_decimals),
    ]
    note = sentences(
        "Of each outcome those whose probability is farthest from the threshold chosen in training.",
        "Rank 1 is the most confident.",
    )
    caption = "Examples of predictions; largest size, first seed."
    return paper_table("examples", caption, found, columns, note=note, sectioned=True)


def _examples(gallery: PredictionGallery) -> Iterable[dict[str, Any]]:
    for one in gallery.examples:
        yield {
            "strategy": gallery.strategy,
            "method": gallery.method,
            "outcome": one.outcome,
            "rank": one.rank,
            "study": one.name,
            "body_part": one.body_part,
            "views": one.views,
            "probability": one.probability,
            "threshold": gallery.threshold,
        }


def atlas_table(atlases: Iterable[EmbeddingAtlas]) -> PaperTable:
    """One line per embedding that is shown as points; the coordinates are the numbers of its figure."""
    rows = []
    for atlas in atlases:
        points = atlas.frame()
        first, second = atlas.explained or (None, None)
        rows.append(
            {
                "strategy": atlas.strategy,
                "extractor": atlas.method,
                "features": atlas.width,
                "images": len(points),
                "test_images": int(points["probability"].notna().sum()),
                "wrong": int(points["outcome"].isin(WRONG).sum()),
                "explained_1": first,
                "explained_2": second,
            }
        )
    if not rows:
        raise ValueError("no embedding is shown as points")
    columns = [
        STRATEGY,
        text_column("extractor", "extractor"),
        number_column("features", "features", count),
        number_column("images", "images", count),
        number_column("test\nimages", "test_images", count),
        number_column("wrong", "wrong", count),
        number_column("explained,\naxis 1", "explained_1"),
        number_column("explained,\naxis 2", "explained_2"),
    ]
    caption = "Embeddings as points: what training folds choose of each strategy; largest size, first seed."
    frame = pd.DataFrame(rows)
    return paper_table("embedding_atlas", caption, frame, columns, note=_ATLAS_NOTE)


def augmentations_table(recipes: Mapping[str, Mapping[str, Any]]) -> PaperTable:
    """The random changes of training images by recipe: the keys of its `augmentation`.

    `flip` and `flip_vertical` are probabilities, `rotate` is in degrees, `border` is a word, the others are
    shares.
    """
    rows = pd.DataFrame([{"recipe": name, **settings} for name, settings in recipes.items()])
    columns = [
        text_column("recipe", "recipe", method_label),
        *(Column(name.replace("_", "\n"), partial(_setting, name)) for name in rows.columns[1:]),
    ]
    note = sentences(
        "Mirrors (flip): their probability. Rotation: degrees either way. Shift, brightness: share of the "
        "side, of the full range. Zoom, contrast, gamma: factor or power in 1 ± the value.",
        "Each training image is changed anew in each epoch; test images never are.",
    )
    caption = "Random changes of training images, by recipe of fine-tuning."
    return paper_table("augmentations", caption, rows, columns, note=note)


def _setting(name: str, row: Row) -> Formatted:
    value = row[name]
    if isinstance(value, str):
        return Formatted(value, value=value)
    if not value:
        return Formatted(UNDEFINED_MARK)
    if name.startswith("flip"):
        return Formatted(percent(value), value=value)
    return Formatted(f"±{value:g}{'°' if name == 'rotate' else ''}", value=value)
