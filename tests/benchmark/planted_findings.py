"""A planted study of three findings: fine-tuning is better in one, equal in another; the third never occurs."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmark.analysis.resampled_cells import ResampledCells, read_resampled_cells
from benchmark.grid.schema import Evaluation
from benchmark.store.measures import measured
from benchmark.store.records import Records, Result
from results.label_tasks import LabelTask
from tests.benchmark.recorded import COUNTS, finished
from tests.benchmark.store.test_records import parquet_digest

TASK = LabelTask("multilabel", ("mass", "fracture", "never"))
EVALUATION = Evaluation(primary="macro_auroc", resamples=200)
PATIENTS = 160
SIGNAL = {("feature_extraction", "mass"): 0.3, ("fine_tuning", "mass"): 3.0}


def predictions(strategy: str, seed: int) -> pd.DataFrame:
    """One study a patient; the noise of both strategies is shared, so that an equal signal is paired."""
    random = np.random.default_rng(seed)
    truth = np.column_stack([np.arange(PATIENTS) % 2, np.arange(PATIENTS) // 2 % 2, np.zeros(PATIENTS)])
    columns: dict[str, Any] = {
        "image": [f"i{n}" for n in range(PATIENTS)],
        "study": [f"s{n}" for n in range(PATIENTS)],
        "patient": [f"p{n}" for n in range(PATIENTS)],
        "body_part": "chest",
    }
    columns |= {f"label:{name}": truth[:, place].astype(float) for place, name in enumerate(TASK.classes)}
    for place, name in enumerate(TASK.classes):
        signal = SIGNAL.get((strategy, name), 1.0)
        scores = signal * truth[:, place] + random.normal(size=PATIENTS)
        columns[f"probability:{name}"] = 1 / (1 + np.exp(-scores))
    table = pd.DataFrame(columns)
    table.loc[:3, "label:fracture"] = np.nan
    return table


def planted_findings(folder: Path) -> ResampledCells:
    """The study's cells, written below a folder: two strategies, three seeds."""
    records, cells = Records(folder, "g"), []
    for strategy, classifier in (("feature_extraction", "knn"), ("fine_tuning", "end_to_end")):
        for seed in range(3):
            table = predictions(strategy, seed)
            found = measured(table, TASK, 0.5, {"mass": 0.6}, EVALUATION)
            record = finished(
                cell=f"{strategy}{seed}",
                strategy=strategy,
                classifier=classifier,
                body_part="chest",
                seed=seed,
                task=TASK.kind,
                classes=list(TASK.classes),
                thresholds={"mass": 0.6},
                predictions_sha256=parquet_digest(table),
                **found | {"counts": COUNTS | found["counts"]},
            )
            records.write(Result(record, table))
            cells.append(record)
    return read_resampled_cells(EVALUATION, records, cells)
