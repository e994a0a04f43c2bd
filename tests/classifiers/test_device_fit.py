"""What happens where a device has too little memory; torch on the CPU is the device."""

from dataclasses import replace

import pytest
import torch

from classifiers.catalogue import CLASSIFIERS
from classifiers.classifier import Classifier
from classifiers.device_fit import fit_on_device
from tests.classifiers.problems import make

PLAIN = CLASSIFIERS["logistic_regression"]


def failing(error):
    """A classifier that cannot be fitted on a device."""

    def fit(data):
        if data.device:
            raise error
        return PLAIN.fit(data)

    return Classifier("full", "the full one", fit, (1.0, 1.0), "A sentence.")


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        ValueError("[10:00:00] device_vector.cu:23: Memory allocation error on worker 0: std::bad_alloc"),
    ],
)
def test_a_full_device_is_one_line_and_the_cpus_fit(error, caplog):
    data, _ = make(60, 5)
    found = fit_on_device(failing(error), replace(data, device="cuda:0"))
    assert caplog.messages == [
        "the full one on 60 images does not fit the memory of cuda:0: it is fitted on the CPU"
    ]
    assert found.device == ""
    assert (found.probabilities == PLAIN.fit(data).probabilities).all()


def test_another_error_is_raised():
    data, _ = make(60, 5)
    with pytest.raises(RuntimeError, match="illegal memory access"):
        fit_on_device(failing(RuntimeError("an illegal memory access")), replace(data, device="cuda:0"))


def test_without_a_device_nothing_is_tried_twice():
    data, _ = make(60, 5)
    calls = []

    def fit(data):
        calls.append(data)
        raise MemoryError("out of memory")

    with pytest.raises(MemoryError):
        fit_on_device(replace(PLAIN, fit=fit), data)
    assert len(calls) == 1


def test_a_fit_says_its_device_only_where_it_was_used():
    data, _ = make(60, 5)
    used = {
        name: fit_on_device(CLASSIFIERS[name], replace(data, device="cpu")).device
        for name in ("knn", "rbf_svm")
    }
    assert used == {"knn": "", "rbf_svm": "cpu"}
