"""A folder that holds all of a kept model, its network's weights too: it works on another machine."""

import shutil
from pathlib import Path

from benchmark.errors import UserError
from benchmark.prediction.scoring import frozen_backbone
from benchmark.store.kept_models import BACKBONE, KeptModel, read_model
from benchmark.store.record import Finished
from benchmark.store.records import MODEL, RESULT, Records
from classifiers.names import WEIGHTS
from extractors.specs import networks_of
from extractors.weights import save_state


def write_bundle(records: Records, record: Finished, folder: Path) -> None:
    """Copy a cell's record and model below a new folder, with its network's weights.

    Raises UserError for a cell without a model, and ValueError for weights that cannot be loaded.
    """
    model, source, target = (
        read_model(records, record),
        records.cell_folder(record.cell),
        folder / record.cell,
    )
    shutil.copytree(source / MODEL, target / MODEL)
    shutil.copyfile(source / RESULT, target / RESULT)
    if model.tuned:
        shutil.copyfile(source / WEIGHTS, target / WEIGHTS)
    elif networks_of(model.extractor):
        files = model.backbone_files(target / MODEL / BACKBONE)
        for network, file in zip(model.networks, files, strict=True):
            save_state(frozen_backbone(network, "cpu").network.state_dict(), file)


def read_bundle(folder: Path) -> KeptModel:
    """The model of the folder that `write_bundle` was given. Raises UserError where there is none."""
    records = Records(folder.parent, folder.name)
    for record in records.all():
        if isinstance(record, Finished):
            return read_model(records, record)
    raise UserError(f"{folder} holds no model of the benchmark")
