"""What MLflow is told of a record, as plain names and values; nothing here talks to it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from benchmark.analysis.learning_curves import curve_axes
from benchmark.store.records import CONTROL, Record
from results.costs import cost_numbers
from results.metrics import METRICS

ANSWER = (
    "answer/{unit} {metric}"  # of a curve run: the UI sorts groups of metrics by name, and draws this first
)


def curve_name(axes: Mapping[str, Any]) -> str:
    """What a learning curve is known by."""
    return " · ".join(str(value) for value in curve_axes(axes).values())


def run_name(axes: Mapping[str, Any]) -> str:
    """What tells runs apart comes first: MLflow's lists cut long names off."""
    names = (CONTROL, "backbone", "classifier", "body_part", "strategy")
    return " · ".join(str(axes[axis]) for axis in names if axes.get(axis))


def cell_params(record: Record) -> dict[str, Any]:
    """The axes, and everything that says how the cell was computed."""
    axes = ("strategy", "backbone", "classifier", "body_part", "train_size", "seed")
    described = ("dataset", "protocol", "leaky", "evaluated_on", "image", "recipe", "training", "parameters")
    params = {name: record[name] for name in (*axes, CONTROL) if record.get(name) is not None}
    for name in described:
        value = record.get(name)
        if isinstance(value, dict):
            params |= {f"{name}.{key}": item for key, item in value.items()}
        elif value is not None:
            params[name] = value
    params |= {f"version.{name}": value for name, value in record.get("versions", {}).items()}
    params |= {f"embedding.{k}": v for k, v in record.get("embedding", {}).items() if v is not None}
    if device := record.get("cost", {}).get("device"):
        params["cost.device"] = device
    params |= {f"digest.{k}": record[k] for k in ("pixels_digest", "predictions_sha256") if k in record}
    return params


def cell_metrics(record: Record, bounds: str) -> dict[str, float]:
    """unit/metric, one of them with its bounds; `part unit/metric` per body part; timings in seconds."""
    metrics: dict[str, float | None] = {}
    for unit, values in record.get("metrics", {}).items():
        for name, numbers in values.items():
            metrics[f"{unit}/{name}"] = numbers["value"]
            if bounds == f"{unit}/{name}":
                metrics |= {f"{bounds}_low": numbers["low"], f"{bounds}_high": numbers["high"]}
    for part, units in record.get("body_part_metrics", {}).items():
        for unit, values in units.items():
            metrics |= {f"{part} {unit}/{name}": numbers["value"] for name, numbers in values.items()}
    metrics |= {f"seconds/{name}": value for name, value in record.get("seconds", {}).items()}
    metrics |= {f"counts/{name}": value for name, value in record.get("counts", {}).items()}
    metrics |= {f"cost/{name}": value for name, value in cost_numbers(record.get("cost", {})).items()}
    for name in ("selection_auroc", "threshold"):
        metrics[f"training folds/{name}"] = record.get(name)
    return {name: float(value) for name, value in metrics.items() if value is not None}


def epoch_values(epoch: Mapping[str, Any]) -> dict[str, float]:
    """Loss, accuracy, AUROC, learning rate and seconds of an epoch."""
    return {f"epoch/{name}": value for name, value in epoch.items() if name not in ("step", "epoch", "stage")}


def curves_address(experiment: str, body_part: str, primary: tuple[str, str]) -> str:
    """Where, within the UI, the frozen and fine-tuned learning curves of one body part share an axis.

    The UI draws the first ten runs unless told otherwise: the best ones, without hand-crafted
    descriptors and the control.
    """
    wanted = {
        "tags.kind": "= 'curve'",
        "params.body_part": f"= '{body_part}'",
        "params.strategy": "!= 'hand_crafted'",
        "params.classifier": "!= 'majority'",
    }
    unit, metric = primary
    view = {
        "searchFilter": " and ".join(f"{key} {value}" for key, value in wanted.items()),
        "orderByKey": f"metrics.`{ANSWER.format(unit=unit, metric=metric)}`",
        "orderByAsc": str(not METRICS[metric].higher_is_better).lower(),
        "compareRunsMode": "CHART",
        "workflowType": "machine_learning",
    }
    return f"#/experiments/{experiment}/runs?" + urlencode(view, quote_via=quote)
