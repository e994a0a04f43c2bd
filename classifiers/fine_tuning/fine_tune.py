"""Fine-tune a backbone on the images of one cell; a killed fine-tuning continues from its checkpoints."""

from classifiers.fine_tuning.folds import tune_by_folds
from classifiers.fine_tuning.tuning_task import Tuned, TuningTask
from classifiers.fine_tuning.validation_part import tune_by_validation_part
from extractors.devices import begin_peak_memory


def fine_tune(task: TuningTask) -> Tuned:
    """Choose epoch and learning rate within the training images, train, calibrate, and predict the test rows.

    Few images (`folds_below` of the recipe) are divided into folds, and the network is refitted on all of
    them; of more, one validation part chooses and nothing is refitted: it would double the time, and the last
    fifth of many images matters little. A rate whose loss diverges is rejected. Raises ValueError for weights
    or layers that do not fit the network and for too few patients, and DivergedError when the loss diverges
    with every rate.
    """
    begin_peak_memory(task.device)
    by_folds = task.recipe.uses_folds(len(task.images.labels))
    return tune_by_folds(task) if by_folds else tune_by_validation_part(task)
