"""The figures and files that are logged to MLflow as artifacts."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.store.record import Finished, Record
from benchmark.store.records import Records
from classifiers.names import WEIGHTS
from results.comparison import OVER_SEEDS
from results.evaluation import unit_table
from results.labels import look_of
from results.names import CHOSEN
from results.verdict import sides_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 4  # backbones in one figure


def cell_figures(record: Record, records: Records, unit: str) -> "dict[str, Figure]":
    """A fine-tuning's curves over its epochs and, of two classes, its confusion matrix, by file name."""
    if not isinstance(record, Finished) or not record.history:
        return {}
    from results.figures import ConfusionMatrix, TrainingCurves  # matplotlib takes a while to import

    title = f"{record.backbone} · {record.body_part} · {record.size_name} · seed {record.seed}"
    curves = TrainingCurves([epoch.model_dump() for epoch in record.chosen_from], title).plot()
    if not record.label_task.is_binary:
        return {"training_curves.png": curves}
    table, cut = unit_table(records.read_predictions(record), unit), record.threshold
    matrix = ConfusionMatrix(
        labels=table["label"].tolist(),
        probabilities=table["probability"].tolist(),
        threshold=cut,
        title=f"{title}\nper test {unit}; threshold {cut:.2f}, from validation",
    )
    return {
        "training_curves.png": curves,
        "confusion_matrix.png": matrix.plot(),
    }


def cell_files(record: Record, folder: Path) -> list[Path]:
    """The files of a record's folder to log as artifacts: the best weights of a fine-tuning."""
    return [path for path in [folder / WEIGHTS] if record.status == "ok" and path.is_file()]


def comparison_figures(rows: list[dict[str, Any]], metric: str, unit: str) -> "dict[str, Figure]":
    """A head-to-head of one body part: the learning curves of both sides, and their difference."""
    from results.figures import HeadToHead

    over_seeds = [row for row in rows if row["classifier"] == CHOSEN and row["seed"] == OVER_SEEDS]
    drawn = [
        row | {"backbone": " · ".join(filter(None, (row["backbone"], row["recipe"])))} for row in over_seeds
    ]
    first, second = (look_of(strategy).label for strategy in sides_of(rows[0]))
    title = f"{rows[0]['body_part']}: {first} against {second}, mean over seeds"
    backbones = list(dict.fromkeys(row["backbone"] for row in drawn))
    figures = {}
    for start in range(0, len(backbones), _COLUMNS):
        shown = [row for row in drawn if row["backbone"] in backbones[start : start + _COLUMNS]]
        number = f"_{start // _COLUMNS + 1}" if start else ""
        figures[f"head_to_head{number}.png"] = HeadToHead(shown, f"{unit} {metric}", title).plot()
    return figures
