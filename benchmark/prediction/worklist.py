"""A worklist: studies in the order of their probability, as a table, a CSV and a page with pictures."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from benchmark.prediction.cells import in_words
from benchmark.prediction.predictor import Predictor, StudyPrediction
from benchmark.prediction.studies import Study
from benchmark.prediction.table import csv_text, predictions_frame
from extractors.array_store import write_atomically
from extractors.pixels import UnreadableImageError, decode
from results.counts import counted
from results.page.blocks import Block, FigureBlock, Prose, Section, TableBlock
from results.page.rendering import render
from results.text import for_markdown

PICTURES = 40  # studies at the top whose images are on the page: a few megabytes; chosen by hand
_SIDE, _GAP, _VIEWS = 224, 8, 3  # pixels of a picture and between two, and views of a study at most
CSV, PAGE = "worklist.csv", "worklist.html"


def in_order(predictions: Sequence[StudyPrediction]) -> list[StudyPrediction]:
    """Studies by descending probability; those that could not be read come last."""
    return sorted(
        predictions, key=lambda found: -1.0 if found.probability is None else found.probability, reverse=True
    )


def write_worklist(predictor: Predictor, studies: Sequence[Study], folder: Path) -> list[StudyPrediction]:
    """Judge the studies, write worklist.csv and worklist.html into a folder, and return them in order."""
    folder.mkdir(parents=True, exist_ok=True)  # before minutes of work
    found = in_order(list(predictor.predict(studies)))
    write_atomically(folder / CSV, csv_text(predictions_frame(found, predictor.model.record.threshold)))
    write_atomically(folder / PAGE, _page(predictor, found, {study.name: study for study in studies}))
    return found


def _page(predictor: Predictor, found: Sequence[StudyPrediction], studies: dict[str, Study]) -> str:
    record, coverage = predictor.model.record, predictor.rule.coverage
    table = predictions_frame(found, record.threshold)
    blocks: list[Block] = [
        Prose(
            f"By the model {for_markdown(in_words(record))}. It abstains where both classes, or none, are "
            f"plausible at a coverage of {coverage:.0%}. A research tool, not a medical device."
        ),
        TableBlock(table, "Studies, the most probably abnormal first.", files={"CSV": CSV}),
    ]
    figures = (_figure(place, one, studies[one.study]) for place, one in enumerate(found[:PICTURES], 1))
    pictures: list[Block] = [figure for figure in figures if figure]
    sections = [Section("Worklist", blocks), *([Section("Pictures", pictures)] if pictures else [])]
    return render("Worklist", counted(len(found), "study"), sections)


def _figure(place: int, found: StudyPrediction, study: Study) -> FigureBlock | None:
    """The first views of a study side by side; None where they cannot be read."""
    try:
        views = [decode(image, _SIDE, "pad") for image in study.images[:_VIEWS]]
    except UnreadableImageError:
        return None
    strip = np.full((_SIDE, len(views) * (_SIDE + _GAP) - _GAP), 255, np.uint8)
    for number, view in enumerate(views):
        strip[:, number * (_SIDE + _GAP) :][:, :_SIDE] = view
    stream = io.BytesIO()
    Image.fromarray(strip).save(stream, "PNG", optimize=True)
    caption = f"{place}: {for_markdown(found.study)}, probability {found.probability:.3f}, {found.decision}"
    if found.warnings:
        caption += f" ({'; '.join(found.warnings)})"
    frame = pd.DataFrame([{"image": image.image, "probability": image.probability} for image in found.images])
    return FigureBlock(stream.getvalue(), frame, caption, f"views of {found.study}")
