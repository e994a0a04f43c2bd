"""Map records and curve points to MLflow params, metrics and run names (no I/O)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from benchmark.analysis.learning_curves import CURVE
from benchmark.store.record import Epoch, Failed, Finished, Record
from benchmark.tracking.mlflow_names import mlflow_name
from classifiers.names import MAJORITY
from results.costs import cost_numbers
from results.metric_lookup import metric_named

ANSWER = (
    "answer/{unit} {metric}"  # metric of a curve run; MLflow sorts metric groups by name and draws this first
)

_OF_CLASSES = ("auroc", "average_precision")  # the metrics of each of several classes


def curve_name(axes: Mapping[str, Any]) -> str:
    """The key of a learning curve, from its axes (and its control)."""
    return " · ".join(str(axes[name]) for name in (*CURVE, "control") if axes.get(name))


def run_name(axes: Mapping[str, Any]) -> str:
    """The name of a run; the most specific axes come first, since MLflow cuts off long names."""
    names = ("control", "backbone", "classifier", "body_part", "strategy")
    return " · ".join(str(axes[axis]) for axis in names if axes.get(axis))


def cell_params(record: Record) -> dict[str, Any]:
    """The params of a cell: its axes, and how it was computed."""
    plain = {name: getattr(record, name) for name in ("dataset", "protocol", "leaky", "evaluated_on")}
    digests = {"pixels_digest": record.pixels_digest}
    nested: dict[str, Mapping[str, Any]] = {"image": record.image, "version": record.versions}
    if isinstance(record, Finished):
        nested |= {"recipe": record.recipe or {}, "parameters": record.parameters}
        nested["training"] = record.training.model_dump() if record.training else {}
        nested["embedding"] = record.embedding.model_dump(exclude_none=True) if record.embedding else {}
        devices = {"device", "classifier_device"}
        nested["cost"] = record.cost.model_dump(include=devices, exclude_none=True) if record.cost else {}
        digests["predictions_sha256"] = record.predictions_sha256
    nested["digest"] = digests
    params = record.axes | {"train_size": record.size_name} | plain
    return params | {
        f"{name}.{mlflow_name(key)}": item for name, items in nested.items() for key, item in items.items()
    }


def cell_metrics(record: Record, bounds: str) -> dict[str, float]:
    """The metrics of a cell as `unit/metric`, and its seconds, counts and costs; empty for a failed cell.

    The metric named `bounds` also has its interval. Metrics of one body part within `all` are
    `part unit/metric`, those of one of several classes `class NAME unit/metric`, and those on an external set
    `external NAME unit/metric`.
    """
    if isinstance(record, Failed):
        return {}
    metrics: dict[str, float | None] = {}
    for unit, values in record.metrics.items():
        metrics |= {f"{unit}/{name}": bounded.value for name, bounded in values.items()}
        for name, bounded in values.items():
            if bounds == f"{unit}/{name}":
                metrics |= {f"{bounds}_low": bounded.low, f"{bounds}_high": bounded.high}
    for part, units in record.body_part_metrics.items():
        for unit, values in units.items():
            own = f"{mlflow_name(part)} {unit}"
            metrics |= {f"{own}/{name}": bounded.value for name, bounded in values.items()}
    for name, facts in record.external.items():
        for unit, values in facts.metrics.items():
            own = f"external {mlflow_name(name)} {unit}"
            metrics |= {f"{own}/{metric}": bounded.value for metric, bounded in values.items()}
    for name, units in record.class_metrics.items():
        for unit, values in units.items():
            own = f"class {mlflow_name(name)} {unit}"
            metrics |= {f"{own}/{metric}": values[metric].value for metric in _OF_CLASSES if metric in values}
    metrics |= {f"thresholds/{mlflow_name(name)}": value for name, value in record.thresholds.items()}
    cost = record.cost.model_dump() if record.cost else {}
    metrics |= {f"seconds/{mlflow_name(name)}": value for name, value in record.seconds.items()}
    metrics |= {f"counts/{name}": value for name, value in record.counts.model_dump().items()}
    metrics |= {f"cost/{name}": value for name, value in cost_numbers(cost).items()}
    metrics |= {"training folds/selection_auroc": record.selection_auroc}
    metrics |= {"training folds/threshold": record.threshold}
    return {name: float(value) for name, value in metrics.items() if value is not None}


def epoch_metrics(epoch: Epoch) -> dict[str, float]:
    """Loss, accuracy, AUROC, learning rate, updates and seconds of an epoch, as `epoch/NAME`."""
    place = {"step", "epoch", "stage", "rate", "refit"}
    values = epoch.model_dump(exclude=place, exclude_none=True)
    return {f"epoch/{name}": value for name, value in values.items()}


def _quoted(text: str) -> str:
    """`= VALUE` in MLflow's filter language, which knows no escapes: in quotes that the value does not hold.

    Of a value with both, `_` stands for the one kind: any character.
    """
    if "'" not in text:
        return f"= '{text}'"
    return f'= "{text}"' if '"' not in text else "LIKE '" + text.replace("'", "_") + "'"


def curves_address(experiment: str, body_part: str, primary: tuple[str, str]) -> str:
    """The URL fragment of the UI for the frozen and fine-tuned learning curves of one body part.

    The UI draws the first ten runs: the runs are sorted by the primary metric, without hand-crafted
    descriptors and the majority control.
    """
    wanted = {
        "tags.kind": "= 'curve'",
        "params.body_part": _quoted(body_part),
        "params.strategy": "!= 'hand_crafted'",
        "params.classifier": f"!= '{MAJORITY}'",
    }
    unit, metric = primary
    view = {
        "searchFilter": " and ".join(f"{key} {value}" for key, value in wanted.items()),
        "orderByKey": f"metrics.`{ANSWER.format(unit=unit, metric=metric)}`",
        "orderByAsc": str(not metric_named(metric).higher_is_better).lower(),
        "compareRunsMode": "CHART",
        "workflowType": "machine_learning",
    }
    return f"#/experiments/{experiment}/runs?" + urlencode(view, quote_via=quote)
