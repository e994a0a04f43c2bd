"""The commands `benchmark predict` and `benchmark worklist`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmark.api import load_model
from benchmark.cli.terminal import console, frame_table, say, shown, warn
from benchmark.prediction.cells import in_words
from benchmark.prediction.predictor import Predictor, StudyPrediction
from benchmark.prediction.studies import Study, find_studies
from benchmark.prediction.table import csv_text, predictions_frame
from benchmark.prediction.worklist import CSV, PAGE, write_worklist
from results.counts import counted

_SHOWN = 20  # rows of a worklist in the terminal


@dataclass(frozen=True)
class Asked:
    """The options of both commands: which model, and how folders become studies."""

    grid: str
    cell: str
    workspace: Path
    each_image: bool
    coverage: float
    device: str
    engine: str = "auto"


def predict_paths(paths: Sequence[Path], form: str, asked: Asked) -> int:
    """Print the predictions as `table`, `json` or `csv`; returns the exit status."""
    studies, model = _opened(paths, asked)
    found = list(model.predict(studies))
    frame = predictions_frame(found, model.model.record.threshold)
    if form == "json":
        say(json.dumps([one.to_json() for one in found], indent=1))
    elif form == "csv":
        say(csv_text(frame).rstrip("\n"))
    else:
        console().print(_table(frame, in_words(model.model.record)))
    return _status(found)


def write_list(paths: Sequence[Path], out: Path, asked: Asked) -> int:
    """Write the worklist and print its head; returns the exit status."""
    studies, model = _opened(paths, asked)
    found = write_worklist(model, studies, out)
    frame = predictions_frame(found[:_SHOWN], model.model.record.threshold)
    console().print(_table(frame, f"the first {len(frame)} of {counted(len(found), 'study')}"))
    say(f"all studies: {shown(out / CSV)}, pictures: {shown(out / PAGE)}")
    return _status(found)


def _opened(paths: Sequence[Path], asked: Asked) -> tuple[list[Study], Predictor]:
    studies = find_studies(paths, each_image=asked.each_image)
    model = load_model(
        asked.workspace,
        asked.grid,
        asked.cell,
        coverage=asked.coverage,
        device=asked.device,
        engine=asked.engine,
    )
    return studies, model


def _table(frame: pd.DataFrame, title: str) -> object:
    shown_frame = frame.drop(columns=["error"]).assign(
        probability=[f"{p:.3f}" if pd.notna(p) else "" for p in frame["probability"]],
        threshold=[f"{t:.3f}" for t in frame["threshold"]],
        label=["" if pd.isna(one) else str(one) for one in frame["label"]],
    )
    return frame_table(shown_frame, title)


def _status(found: Sequence[StudyPrediction]) -> int:
    broken = [one for one in found if one.error]
    for one in broken:
        warn(one.error)
    return 2 if broken else 0
