"""The fitted model of a cell, in the folder `model` of the cell's folder: numbers only, never code."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from benchmark.errors import UserError, reason
from benchmark.store.record import Finished
from benchmark.store.records import MODEL, MODEL_INDEX, Records
from classifiers.familiarity import Familiarity, load_familiarity
from classifiers.fine_tuning.recipes import Head
from classifiers.fitted_model import FittedModel, load_fitted_model
from classifiers.names import WEIGHTS
from extractors.digests import file_digest
from extractors.specs import AnyExtractor, BackboneSpec, ConcatSpec, DescriptorSpec, networks_of

BACKBONE = "backbone.safetensors"  # the frozen network's own weights, in a model that was made to travel
_VERSION = 1


@dataclass(frozen=True)
class TunedHead:
    """What a fine-tuned network has beside its backbone: head, side in pixels of its input, weights file.

    With `probe`, the head is on tokens of the backbone, which attention pools.
    """

    head: Head
    resolution: int | None
    weights: Path
    probe: bool = False


@dataclass(frozen=True, eq=False)
class KeptModel:
    """Everything that makes probabilities of pixels, beside a frozen backbone's own weights.

    `identity` are the settings and digests of the extractor when the cell was fitted. `tuned` is None for a
    frozen extractor. `backbone` is the file of a frozen network's weights, where the model has it with it.
    """

    record: Finished
    extractor: AnyExtractor
    identity: Mapping[str, Any]
    classifier: FittedModel
    familiarity: Familiarity
    tuned: TunedHead | None
    backbone: Path | None = None

    @property
    def networks(self) -> list["KeptModel"]:
        """The model with each of its frozen networks alone: itself, or one per part of a concatenation."""
        if not isinstance(self.extractor, ConcatSpec):
            return [self]
        files = (
            [None] * len(self.extractor.parts)
            if self.backbone is None
            else self.backbone_files(self.backbone)
        )
        identities = self.identity["concat"]
        return [
            replace(self, extractor=part, identity=identity, backbone=file)
            for part, identity, file in zip(self.extractor.parts, identities, files, strict=True)
        ]

    def backbone_files(self, first: Path) -> list[Path]:
        """The files of its networks' weights beside `first`, which is that of the first network."""
        numbers = range(1, len(networks_of(self.extractor)))
        return [first, *(first.with_name(f"{first.stem}_{n}{first.suffix}") for n in numbers)]

    @property
    def image(self) -> dict[str, Any]:
        """How an image becomes a square: `size` in pixels, `fit`, and the percentiles `window` or None."""
        window = self.record.image.get("window")
        return {**self.record.image, "window": tuple(window) if window else None}

    @property
    def size(self) -> int:
        """The side of the squares in pixels."""
        return int(self.record.image["size"])


def write_model(
    folder: Path,
    extractor: AnyExtractor,
    classifier: FittedModel,
    familiarity: Familiarity,
    tuned: TunedHead | None = None,
) -> Path:
    """Write the files of a model into `folder / MODEL`, and return that folder.

    Raises ValueError for a classifier that files cannot hold.
    """
    target = folder / MODEL
    target.mkdir(parents=True, exist_ok=True)
    classifier.save(target)
    familiarity.save(target)
    content: dict[str, Any] = {
        "version": _VERSION,
        "extractor": _settings(extractor, tuned),
        "identity": extractor.identity(),
    }
    if tuned:
        head = tuned.head.model_dump(mode="json")
        content["tuned"] = {
            "head": head,
            "resolution": tuned.resolution,
            "weights": file_digest(tuned.weights),
            **({"probe": True} if tuned.probe else {}),
        }
    (target / MODEL_INDEX).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return target


def read_model(records: Records, record: Finished) -> KeptModel:
    """The model of a finished cell. Raises UserError where there is none, and for damaged files."""
    folder = records.cell_folder(record.cell) / MODEL
    again = "set 'keep_models: all' in the grid, delete this folder and run again"
    try:
        content = json.loads((folder / MODEL_INDEX).read_text(encoding="utf-8"))
        if content["version"] != _VERSION:
            raise UserError(f"{folder} was written by a later version of the benchmark; update it")
        tuned = content.get("tuned")
        return KeptModel(
            record=record,
            extractor=_extractor(content["extractor"]),
            identity=content["identity"],
            classifier=load_fitted_model(folder),
            familiarity=load_familiarity(folder),
            tuned=_tuned(tuned, records.cell_folder(record.cell) / WEIGHTS) if tuned else None,
            backbone=own if (own := folder / BACKBONE).is_file() else None,
        )
    except FileNotFoundError as error:
        raise UserError(f"cell {record.cell} has no model ({Path(error.filename).name}): {again}") from None
    except (OSError, ValidationError, ValueError, KeyError, TypeError) as error:
        raise (
            error
            if isinstance(error, UserError)
            else UserError(f"the model in {folder} is damaged ({reason(error)}): {again}")
        ) from error


def _tuned(content: Mapping[str, Any], weights: Path) -> TunedHead:
    if file_digest(weights) != content["weights"]:
        raise ValueError(f"{weights} is not the file that was written with it")
    head, probe = Head.model_validate(content["head"]), bool(content.get("probe", False))
    return TunedHead(head, content["resolution"], weights, probe)


def _settings(extractor: AnyExtractor, tuned: TunedHead | None) -> dict[str, Any]:
    if isinstance(extractor, ConcatSpec):
        parts = [_backbone(part, None) for part in extractor.parts]
        return {"concat": parts, "label": extractor.label}
    return _backbone(extractor, tuned) if isinstance(extractor, BackboneSpec) else extractor.asked()


def _backbone(spec: BackboneSpec, tuned: TunedHead | None) -> dict[str, Any]:
    """The settings of a backbone with the path of its weights; those of its library where it was tuned.

    A tuned network has all its weights in a file of its own.
    """
    known = spec.resolved() if tuned else spec
    return {
        "name": known.name,
        "weights": known.weights,
        "model_args": dict(known.model_args),
        "mean": known.mean,
        "std": known.std,
        "label": spec.label,
        **spec.chosen,
    }


def _extractor(content: Mapping[str, Any]) -> AnyExtractor:
    if "concat" in content:
        return ConcatSpec(tuple(_spec(part) for part in content["concat"]), str(content["label"]))
    return _spec(content) if "weights" in content else DescriptorSpec(str(content["name"]))


def _spec(content: Mapping[str, Any]) -> BackboneSpec:
    mean, std = (tuple(content[key]) if content[key] else None for key in ("mean", "std"))
    return BackboneSpec(**{**content, "mean": mean, "std": std})
