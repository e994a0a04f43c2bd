import pytest
import torch

from extractors.devices import (
    begin_peak_memory,
    choose_device,
    device_name,
    device_of_fits,
    limit_memory,
    peak_memory,
    torch_threads,
)

CPU = torch.device("cpu")


def test_a_device_that_is_not_there_is_refused():
    assert choose_device("cpu") == CPU
    with pytest.raises(ValueError, match="auto"):
        choose_device("warp")


def test_the_processor_has_a_name_and_no_memory_of_its_own():
    assert device_name(CPU) == "cpu"
    assert begin_peak_memory(CPU) == 0
    assert peak_memory(CPU) is None


def test_classifiers_are_fitted_on_one_of_cudas_devices_or_on_the_cpu(monkeypatch):
    assert device_of_fits("cpu") == ""
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: True)
    assert device_of_fits("mps") == ""
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 4)
    monkeypatch.setattr("os.getpid", lambda: 41)
    assert device_of_fits("auto") == device_of_fits("cuda") == "cuda:1"
    assert device_of_fits("cuda:3") == "cuda:3"


def test_memory_is_limited_on_cuda_only(monkeypatch):
    limit_memory(0.5)
    limits = []
    monkeypatch.setattr("torch.cuda.set_per_process_memory_fraction", limits.append)
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    limit_memory(0.25)
    assert limits == [0.25]


def test_threads_are_given_back_after_an_error():
    before = torch.get_num_threads()
    inside = []

    def work():
        with torch_threads(1):
            inside.append(torch.get_num_threads())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert inside == [1]
    assert torch.get_num_threads() == before
