"""A model card in Markdown for a kept model, with the sections of the Hugging Face Hub's template.

Mitchell et al. 2019, "Model Cards for Model Reporting". Everything is from the model's record; what the
record does not hold is said to be unknown.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmark.store.kept_models import KeptModel
from benchmark.store.record import Finished, Metrics
from classifiers.familiarity import REFERENCES
from extractors.specs import networks_of
from results.counts import counted
from results.labels import look_of, metric_label, part_label
from results.tables.formatting import interval_text, number
from results.text import for_markdown, markdown_cell
from results.uncertainty import FEW

UNKNOWN = "unknown (the record does not say)"
SHOWN = (
    "auroc",
    "average_precision",
    "sensitivity_at_chosen",
    "specificity_at_chosen",
    "balanced_accuracy_at_chosen",
    "brier",
    "ece",
    "calibration_slope",
)
_ROWS = "the embeddings and labels of the training images, by which it judges"
HELD = {  # by classifier: what of single training images is in the fitted model
    "knn": _ROWS,
    "tabicl": _ROWS,
    "rbf_svm": "the embeddings and labels of the training images that are its support vectors",
}
_HEAD = """---
library_name: benchmark
pipeline_tag: image-classification
tags:
- radiography
- research-only
---
"""
_NOT = "**A research tool, not a medical device.** It must not be used to diagnose or treat anyone."
Groups = Mapping[str, Sequence[Mapping[str, Any]]]  # a column of the manifest: `subgroups.cell_rows`


def model_card(model: KeptModel, groups: Groups | None = None) -> str:
    """The card. `groups` are metrics by columns of the data set; None where they were not worked out."""
    record = model.record
    sections: list[tuple[str, Iterator[str]]] = [
        ("Model details", _details(model)),
        ("Intended use", _use(record)),
        ("Training data", _training(record)),
        ("Evaluation", _evaluation(record)),
        ("Subgroups", _subgroups(groups)),
        ("Limits", _limits(record)),
        ("Cost", _cost(record)),
        ("Versions", _versions(record)),
        ("Licences", _licences(model)),
        ("How to use it", _how(record)),
    ]
    body = "\n\n".join(f"## {title}\n\n" + "\n".join(lines) for title, lines in sections)
    return f"{_HEAD}\n# {for_markdown(_name(record))}\n\n{_NOT}\n\n{body}\n"


def _name(record: Finished) -> str:
    parts = look_of(record.strategy).label, record.backbone, record.classifier
    return f"{' · '.join(filter(None, parts))}: {part_label(record.body_part)}"


def _details(model: KeptModel) -> Iterator[str]:
    record = model.record
    window = model.image["window"]
    yield _fact("Made by", "the package benchmark, which compares frozen with fine-tuned networks")
    yield _fact("Authors of the model", UNKNOWN)
    yield _fact("Finished", record.finished)
    yield _fact("Grid and cell", f"{record.grid}, {record.cell}")
    yield _fact("Strategy", look_of(record.strategy).label)
    yield _fact("Extractor", record.backbone)
    yield _fact("Its settings and digests", _json(dict(model.identity)))
    yield _fact("Classifier or recipe", record.classifier)
    yield _fact("Chosen on training folds", _json(record.parameters))
    yield _fact(
        "Input", f"radiographs, made squares of {model.size} pixels ({model.image.get('fit', UNKNOWN)})"
    )
    yield _fact(
        "Grey values", f"cut at the percentiles {window[0]:g} and {window[1]:g}" if window else "not cut"
    )
    yield _fact("Output", "the calibrated probability that a study is abnormal: the mean over its images")
    yield _fact("Threshold", f"{record.threshold:.6g}, chosen on training folds")


def _use(record: Finished) -> Iterator[str]:
    part = for_markdown(part_label(record.body_part))
    yield f"Research on how well pretrained networks judge radiographs ({part}), normal or abnormal."
    yield ""
    yield "Not for: patients' care; other body parts or kinds of images; images of another hospital without a"
    yield "test on that hospital's own images."


def _training(record: Finished) -> Iterator[str]:
    counts = record.counts
    pool = f" of {counts.pool_images:,} in the training part" if counts.pool_images else ""
    yield _fact("Data set", f"of the kind {record.dataset}; its name, origin and consent: {UNKNOWN}")
    yield _fact("Split", f"protocol {record.protocol}{f', {record.leak}' if record.leaky else ''}")
    yield _fact(
        "Training images", f"{counts.train_images:,}{pool}, {counts.train_positive:,} of them abnormal"
    )
    yield _fact("Training patients", f"{counts.train_patients:,}")
    yield _fact("Asked for", f"{record.size_name} images, seed {record.seed}")
    yield _fact("Control", record.control or "none: an ordinary cell")
    yield _fact("Images that could not be read", f"{len(record.unreadable):,}")
    yield _fact("Sex, age, devices and origin of the patients", UNKNOWN)
    yield _fact("How the labels were made", UNKNOWN)


def _evaluation(record: Finished) -> Iterator[str]:
    counts, confidence = record.counts, record.evaluation.confidence
    yield _fact("Test part", record.evaluated_on or "a part that the protocol drew")
    yield _fact(
        "Test patients, studies, images",
        f"{counts.test_patients:,}, {counts.test_studies:,}, {counts.test_images:,}",
    )
    yield _fact("Abnormal test studies", f"{counts.test_positive_studies:,}")
    yield _fact(
        "AUROC on training folds",
        f"{record.selection_auroc:.3f}; models are chosen by it, never by the test part",
    )
    yield ""
    yield (
        f"Brackets: {confidence:.0%} intervals over test patients ({record.evaluation.resamples:,} "
        "resamplings), of this one trained model; they do not cover other training sets."
    )
    yield ""
    yield "| body part | metric | per study | per image |"
    yield "| --- | --- | ---: | ---: |"
    for part, units in {record.body_part: record.metrics, **record.body_part_metrics}.items():
        yield from _rows(part, units)


def _rows(part: str, units: Metrics) -> Iterator[str]:
    for metric in SHOWN:
        if any(metric in metrics for metrics in units.values()):
            shown = [_bounded(units, unit, metric) for unit in ("study", "image")]
            yield _line(part_label(part), metric_label(metric), *shown)


def _bounded(units: Metrics, unit: str, metric: str) -> str:
    found = units.get(unit, {}).get(metric)
    if found is None:
        return "unknown"
    return f"{number(found.value)} {interval_text(found.model_dump())}".rstrip()


def _subgroups(groups: Groups | None) -> Iterator[str]:
    if groups is None:
        yield "Not worked out: give the grid file, with its data set here and `subgroups` in `evaluation`."
        return
    if not groups:
        yield "None: the grid's `evaluation` names no `subgroups`."
        return
    yield "| column | group | patients | AUROC | sensitivity | specificity |"
    yield "| --- | --- | ---: | ---: | ---: | ---: |"
    for column, rows in groups.items():
        for row in rows:
            shown = [_of_group(row, metric) for metric in SHOWN if metric in row]
            yield _line(column, str(row["group"]), f"{row['patients']:,}", *shown)


def _of_group(row: Mapping[str, Any], metric: str) -> str:
    if row["why_not"]:
        return str(row["why_not"])
    bounds = {"low": row[f"{metric}_low"], "high": row[f"{metric}_high"]}
    return f"{number(row[metric])} {interval_text(bounds)}".rstrip()


def _limits(record: Finished) -> Iterator[str]:
    counts = record.counts
    if record.leaky:
        yield f"* **{for_markdown(record.leak)}**: its test results are too good."
    if record.control:
        yield f"* It is a control ({for_markdown(record.control)}), made to fail or to show what is left."
    if counts.test_patients < FEW:
        yield (
            f"* Tested on {counted(counts.test_patients, 'patient')}, fewer than {FEW}: intervals are "
            f"not reliable."
        )
    yield "* One trained model of one seed; another seed's may judge the same image otherwise."
    yield "* Tested on one data set. How it does in another hospital: " + for_markdown(UNKNOWN) + "."
    yield "* Shortcuts (marks, devices, copies) in the data: unknown; `benchmark data audit` looks for them."
    yield "* Its abstention holds for patients from where the training patients came from, and for no others."
    held = HELD.get(record.classifier, "")
    yield (
        f"* **Its files hold patient-level data**: embeddings of up to {REFERENCES:,} training images, for "
        f"the warnings{held and f'; {held}'}. Give it away only where you may give these away."
    )


def _cost(record: Finished) -> Iterator[str]:
    cost = record.cost
    seconds = cost.seconds_total if cost else None
    energy = cost.energy_kwh if cost else None
    yield _fact("Device", ", ".join(record.devices) or UNKNOWN)
    yield _fact("Seconds to train and test", UNKNOWN if seconds is None else f"{seconds:,.1f}")
    yield _fact("Energy", UNKNOWN if energy is None else f"{energy:.3g} kWh")


def _versions(record: Finished) -> Iterator[str]:
    versions = [f"{name} {version}" for name, version in sorted(record.versions.items())]
    yield _fact("Libraries", ", ".join(versions) or UNKNOWN)
    machine = " ".join(record.machine.values())
    yield _fact("Machine", machine or UNKNOWN)
    yield _fact("Digest of the test predictions (sha256)", record.predictions_sha256)
    yield _fact("Digest of the pixels", record.pixels_digest or UNKNOWN)


def _licences(model: KeptModel) -> Iterator[str]:
    yield _fact("Of this model", UNKNOWN)
    yield _fact("Of the network's own weights", _weights_licence(model))
    yield _fact("Of the training images", UNKNOWN)
    yield _fact("Of the code (the package benchmark)", "Apache-2.0")


def _weights_licence(model: KeptModel) -> str:
    networks, record = networks_of(model.extractor), model.record
    if not networks:
        return "there is no network"
    if not any(network.trained for network in networks):
        return "none: its weights were random at the start"
    parts = record.embedding, record.training
    said = next((part.weights_licence for part in parts if part and part.weights_licence), "")
    return said or UNKNOWN


def _how(record: Finished) -> Iterator[str]:
    yield "```sh"
    yield f"benchmark predict --grid GRID --cell {record.cell} FOLDER"
    yield "```"


def _fact(name: str, value: str) -> str:
    return f"* {name}: {markdown_cell(value)}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(markdown_cell(cell) for cell in cells)} |"


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False)
