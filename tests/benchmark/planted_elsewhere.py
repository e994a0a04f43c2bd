"""A planted grid whose cells were tested on other sets too: predictions are written, nothing is fitted."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from benchmark.analysis.answers import Answers
from benchmark.execution.plan import Plan
from benchmark.store.external_files import write_external
from benchmark.store.record import Corrupted, Elsewhere, Finished
from benchmark.store.records import RESULT, Records
from tests.benchmark.planted import NETWORKS, answers_from, grid_of, planted

Separation = Callable[[Finished], float]  # of the two classes, in standard deviations of the noise
STUDIES = 300


def home_grid(**changes: object) -> object:
    """Frozen and fine-tuned, one network, all images, five seeds: fine-tuning wins at home."""
    sections: dict[str, object] = {
        "train_sizes": ["full"],
        "seeds": [0, 1, 2, 3, 4],
        "body_parts": ["all"],
        "feature_extraction": {"backbones": NETWORKS[:1], "classifiers": ["logistic_regression"]},
        "fine_tuning": {"backbones": NETWORKS[:1]},
        "hand_crafted": None,
    }
    return grid_of(**{**sections, **changes})


def planted_at_home(folder: Path, **changes: object) -> tuple[Plan, Records]:
    return planted(folder, home_grid(**changes))  # type: ignore[arg-type]


def add_set(
    records: Records, name: str, apart: Separation, *, rung: Corrupted | None = None, shift: float = 0.0
) -> None:
    """Test every finished cell on new patients, whose log odds are moved by `shift`; of a rung on those of home."""
    for record in list(records.all()):
        assert isinstance(record, Finished)
        images = records.read_predictions(record) if rung else _patients(name)
        shared = np.random.default_rng(7).normal(size=len(images))
        own = np.random.default_rng(int(record.cell, 16) % 2**32 + 1).normal(size=len(images))
        scores = (images["label"] - 0.5) * apart(record) + 0.8 * shared + 0.6 * own + shift
        facts = Elsewhere(digest=name, pixels_digest=name, **({"corruption": rung} if rung else {}))
        folder = records.cell_folder(record.cell)
        table = images.assign(probability=expit(scores))
        written = write_external(folder, name, table, record, facts)
        record = record.model_copy(update={"external": record.external | {name: written}})
        (folder / RESULT).write_text(json.dumps(record.to_json()))


def _patients(name: str) -> pd.DataFrame:
    labels = np.random.default_rng(len(name)).integers(0, 2, STUDIES)
    names = [f"{name}/{study}" for study in range(STUDIES)]
    parts = np.where(np.arange(STUDIES) % 2, "elbow", "wrist")
    return pd.DataFrame(
        {"image": names, "study": names, "patient": names, "body_part": parts, "label": labels}
    )


def frozen_wins(record: Finished) -> float:
    return 1.4 if record.strategy == "feature_extraction" else 0.4


def as_at_home(record: Finished) -> float:
    return 1.4 if record.strategy == "feature_extraction" else 2.0


def answers_of_planted(plan: Plan, records: Records) -> Answers:
    return answers_from(plan, records)
