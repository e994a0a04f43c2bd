"""How a model did in its own test, for one body part: from its record and its predictions."""

from dataclasses import dataclass

from benchmark.store.record import Bounded, Finished
from benchmark.store.records import Records
from results.labels import metric_label
from results.metrics import AT_CHOSEN, METRICS

_UNIT = "study"  # which the page judges
_METRICS = ("auroc", "sensitivity" + AT_CHOSEN, "specificity" + AT_CHOSEN, "brier")


@dataclass(frozen=True)
class OwnTest:
    """Metrics by their labels, with intervals over test patients, and what they were measured on."""

    metrics: dict[str, Bounded]
    confidence: float
    studies: int
    abnormal: int
    patients: int
    leak: str = ""
    better_than_chance: bool = True  # whether the interval of AUROC lies above 0.5


def own_test(records: Records, record: Finished, part: str) -> OwnTest:
    """The performance of a cell on the test studies of one body part (or of all that it was tested on).

    Raises DamagedError for predictions that are not those of the record.
    """
    whole = part == record.body_part
    metrics = (record.metrics if whole else record.body_part_metrics[part])[_UNIT]
    predictions = records.read_predictions(record)
    rows = predictions if whole else predictions[predictions["body_part"] == part]
    studies = rows.groupby("study")["label"].max()
    return OwnTest(
        {metric_label(name): metrics[name] for name in _METRICS},
        record.evaluation.confidence,
        len(studies),
        int(studies.sum()),
        int(rows["patient"].nunique()),
        record.leak,
        (metrics["auroc"].low or 0.0) > (METRICS["auroc"].chance or 0.0),
    )
