"""A folder that holds all of a kept model, its network's weights too: it works on another machine."""

import json
import shutil
from pathlib import Path

from benchmark.errors import UserError
from benchmark.prediction.scoring import frozen_backbone
from benchmark.store.kept_models import BACKBONE, KeptModel, read_model
from benchmark.store.record import Finished
from benchmark.store.records import MODEL, MODEL_INDEX, RESULT, Records
from classifiers.names import WEIGHTS
from extractors.sources import name_without_folder, named_weights, travels
from extractors.specs import networks_of
from extractors.weights import save_state


def write_bundle(records: Records, record: Finished, folder: Path) -> None:
    """Copy a cell's record and model below a new folder, with its network's weights.

    Raises UserError for a cell without a model and for a network that needs other files of this machine, and
    ValueError for weights that cannot be loaded.
    """
    model, source, target = (
        read_model(records, record),
        records.cell_folder(record.cell),
        folder / record.cell,
    )
    _check_travels(model)
    shutil.copytree(source / MODEL, target / MODEL)
    _forget_folders(target / MODEL / MODEL_INDEX)
    shutil.copyfile(source / RESULT, target / RESULT)
    if model.tuned:
        shutil.copyfile(source / WEIGHTS, target / WEIGHTS)
    elif networks_of(model.extractor):
        files = model.backbone_files(target / MODEL / BACKBONE)
        for network, file in zip(model.networks, files, strict=True):
            save_state(frozen_backbone(network, "cpu").network.state_dict(), file)


def _check_travels(model: KeptModel) -> None:
    for network in networks_of(model.extractor):
        if not travels(network.name):
            raise UserError(
                f"cell {model.record.cell}: the model of '{name_without_folder(network.name)}' cannot be "
                "copied to another machine, because its network is built from files or code that a model "
                "does not hold: use it here ('benchmark predict'), or run the grid there with these files"
            )


def _forget_folders(index: Path) -> None:
    """Name weights files without their folders in a model's index: their content is in the bundle."""
    content = json.loads(index.read_text(encoding="utf-8"))
    extractor = content["extractor"]
    for network in extractor.get("concat", [extractor]):
        if "weights" in network and network["weights"] not in named_weights():
            network["weights"] = Path(network["weights"]).name
    index.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read_bundle(folder: Path) -> KeptModel:
    """The model of the folder that `write_bundle` was given. Raises UserError where there is none."""
    records = Records(folder.parent, folder.name)
    for record in records.all():
        if isinstance(record, Finished):
            return read_model(records, record)
    raise UserError(f"{folder} holds no model of the benchmark")
