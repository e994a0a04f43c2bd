"""Find the kept model of a cell by its id or the beginning of it."""

from benchmark.errors import UserError
from benchmark.store.kept_models import KeptModel, read_model
from benchmark.store.record import Finished
from benchmark.store.records import Records

_SHOWN = 10  # models that a message lists


def models_of(records: Records) -> list[Finished]:
    """The records of a grid's cells with a kept model: the best on training folds first."""
    found = [r for r in records.all() if isinstance(r, Finished) and records.has_model(r.cell)]
    return sorted(found, key=lambda record: -record.selection_auroc)


def find_model(records: Records, cell: str) -> KeptModel:
    """The model of the cell whose id begins with `cell`.

    Raises UserError, which lists the kept models, where no or several cells do, and for damaged files.
    """
    known = models_of(records)
    if not known:
        raise UserError(
            f"the grid '{records.folder.name}' has kept no model in {records.folder}: add "
            "'keep_models: chosen' (or all) to the grid and run it"
        )
    found = [record for record in known if cell and record.cell.startswith(cell)]
    if len(found) != 1:
        what = f"{len(found)} kept models begin with '{cell}'" if cell else "name one of its models"
        lines = [f"  {record.cell}  {in_words(record)}" for record in (found or known)[:_SHOWN]]
        more = len(found or known) - _SHOWN
        raise UserError(
            "\n".join([f"--cell: {what}; there are", *lines, *([f"  and {more} more"] if more > 0 else [])])
        )
    return read_model(records, found[0])


def in_words(record: Finished) -> str:
    """The axes of a cell and its AUROC on training folds, for lists of models."""
    return (
        f"{record.strategy} {record.backbone} {record.classifier}, {record.body_part}, "
        f"size {record.size_name}, seed {record.seed}, AUROC on training folds {record.selection_auroc:.3f}"
    )
