"""Fit on the device of the data; where its memory does not do, on the CPU."""

import logging
from dataclasses import replace

from classifiers.classifier import Classifier
from classifiers.fitting import Fit
from classifiers.train_and_test import TrainTest

# In the messages of torch, cuBLAS and XGBoost, whose exceptions have no type in common.
_OUT_OF_MEMORY = ("out of memory", "alloc_failed", "bad_alloc", "memory allocation")
_log = logging.getLogger(__name__)


def fit_on_device(classifier: Classifier, data: TrainTest) -> Fit:
    """The classifier's fit; once more without the device, with a line in the log, when that has no memory."""
    if not data.device:
        return classifier.fit(data)
    try:
        return classifier.fit(data)
    except Exception as error:
        if not any(words in str(error).lower() for words in _OUT_OF_MEMORY):
            raise
    finally:
        _release()
    _log.warning(
        "%s on %d images does not fit the memory of %s: it is fitted on the CPU",
        classifier.label,
        len(data.labels),
        data.device,
    )
    return classifier.fit(replace(data, device=""))


def _release() -> None:
    """Give back what torch keeps of the device's memory: other processes may fit there, too."""
    import torch  # takes seconds

    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()
