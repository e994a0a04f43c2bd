"""The one cell per strategy that figures and tables of single cells show."""

from benchmark.analysis.resampled_cells import ResampledCells, Setting
from benchmark.execution.chosen import chosen_on_training_folds
from benchmark.store.record import Finished
from classifiers.catalogue import learns


def leaders(evaluated: ResampledCells, setting: Setting) -> list[Finished]:
    """The chosen cell of each strategy, first seed; never a baseline that does not learn."""
    cells = evaluated.by_setting[setting]
    seed = min(record.seed for record in cells)
    found = chosen_on_training_folds(record for record in cells if record.seed == seed)
    return [record for record in found if learns(record.classifier)]
