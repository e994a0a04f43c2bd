"""The kept models that the page offers: chosen ones first, by the body part of the study."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmark.datasets.names import EVERY_PART
from benchmark.errors import UserError
from benchmark.execution.chosen import chosen_on_training_folds
from benchmark.store.record import Finished
from benchmark.store.records import MODEL, MODEL_INDEX, Records, ordinary
from benchmark.store.workspace import Workspace
from results.labels import look_of, plain_name, size_label

CHOSEN_MARK = "★ "
_OTHER_SIDE = {"feature_extraction": "fine_tuning", "fine_tuning": "feature_extraction"}


@dataclass(frozen=True, eq=False)
class Choice:
    """A finished cell with a model. `chosen`: its training folds chose it within its strategy."""

    records: Records
    record: Finished
    chosen: bool

    @property
    def grid(self) -> str:
        """The name of the grid."""
        return self.records.folder.name

    @property
    def key(self) -> tuple[str, str]:
        """What tells this model from all others, and from that of the same cell when computed again."""
        return str(self.records.cell_folder(self.record.cell)), self.record.predictions_sha256

    @property
    def method(self) -> str:
        """Strategy, network and classifier (or recipe), in words."""
        name = f"{look_of(self.record.strategy).label} · {self.record.backbone}"
        return f"{name} · {plain_name(self.record.classifier)}"

    @property
    def parts(self) -> set[str]:
        """The body parts that its test set has: for a model of all parts, each of them too."""
        return {self.record.body_part, *self.record.body_part_metrics}


def kept_choices(workspace: Workspace, grid: str | None = None) -> list[Choice]:
    """The kept models of one grid, or of every grid of a workspace; chosen ones, and then the best, first.

    The best has the highest AUROC on its training folds; the test set orders nothing. Controls are left out.
    Raises UserError where there is no model.
    """
    grids = [grid] if grid else _grids_with_models(workspace)
    found = [choice for name in grids for choice in _of_grid(workspace.records(name))]
    if not found:
        place = f"the grid '{grid}'" if grid else "any grid"
        raise UserError(
            f"{workspace.folder} holds no model of {place}: set 'keep_models: chosen' (or 'all') in the grid "
            "and run it"
        )
    return sorted(found, key=lambda one: (not one.chosen, -one.record.selection_auroc))


def parts_of(choices: Iterable[Choice]) -> list[str]:
    """The body parts that a study may have: all parts first, as the one that is known without asking."""
    parts = {part for choice in choices for part in choice.parts}
    return sorted(parts, key=lambda part: (part != EVERY_PART, part))


def for_part(choices: Iterable[Choice], part: str) -> list[Choice]:
    """The models that were tested on this body part, those that were trained on it alone first."""
    found = [choice for choice in choices if part in choice.parts]
    return sorted(found, key=lambda one: (not one.chosen, one.record.body_part != part))


def sizes_of(choices: Iterable[Choice]) -> list[int | str]:
    """The training sizes, the largest first."""
    sizes = {choice.record.size_name for choice in choices}
    return sorted(sizes, key=lambda size: -size if isinstance(size, int) else float("-inf"))


def size_in_words(size: int | str) -> str:
    """`3,000 images`, `all images`, `full (90 % of patients)`."""
    label = size_label(size)
    return label if "(" in label else f"{label} images"


def label_of(choice: Choice, among: Sequence[Choice]) -> str:
    """A model in a list: its method, and what else tells it from the others of the list."""
    telling: list[tuple[str, set[str] | set[int]]] = [
        (f"of {plain_name(choice.record.body_part)}", {one.record.body_part for one in among}),
        (f"seed {choice.record.seed}", {one.record.seed for one in among}),
    ]
    words = [choice.method, *(word for word, values in telling if len(values) > 1)]
    return (CHOSEN_MARK if choice.chosen else "") + " · ".join(words)


def other_side(choice: Choice, choices: Iterable[Choice]) -> Choice | None:
    """The fine-tuned model for a frozen one and the other way round, trained on the same images.

    That of the same network if there is one, then the chosen one. None where no such model was kept.
    """
    wanted = _OTHER_SIDE.get(choice.record.strategy)
    same = [one for one in choices if one.record.strategy == wanted and _images(one) == _images(choice)]
    same.sort(key=lambda one: (one.record.backbone != choice.record.backbone, not one.chosen))
    return same[0] if same else None


def _images(choice: Choice) -> tuple[object, ...]:
    record = choice.record
    return choice.grid, record.body_part, record.size_name, record.seed


def _grids_with_models(workspace: Workspace) -> list[str]:
    """The names of the grids of a workspace that hold a model."""
    found = workspace.folder.glob(f"[!.]*/[!.]*/{MODEL}/{MODEL_INDEX}")
    return sorted({path.parents[2].name for path in found})


def _of_grid(records: Records) -> Iterable[Choice]:
    finished = [record for record in records.all() if isinstance(record, Finished)]
    chosen = {record.cell for record in chosen_on_training_folds(finished)}
    kept = (record for record in ordinary(finished) if records.has_model(record.cell))
    return [Choice(records, record, record.cell in chosen) for record in kept]
