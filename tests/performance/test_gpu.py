"""The measurements on a GPU: their steps, on the CPU."""

import io

import pytest
from rich.console import Console

from extractors.engines import ENGINES
from tests.performance import gpu


@pytest.mark.slow
def test_the_dry_run_goes_through_every_step():
    before, written = dict(ENGINES), io.StringIO()
    gpu.main(["--dry-run"], Console(file=written, width=200))
    said = written.getvalue()
    for line in (
        "torch ",
        "frozen pass, bf16",
        "1 network × 64 images",
        "bf16 against float32",
        "aim 0.85",
        "search and fit",
    ):
        assert line in said
    assert said.count("test_efficientnet") == 3, "a row in each table"
    assert "bfloat16" in said.partition("frozen pass")[2], "the engine must agree, or torch would be measured"
    assert before == ENGINES
    fitted = said.partition("search and fit")[2]
    for name in gpu.ON_DEVICE:
        assert name in fitted
    assert fitted.count("cpu") == len(gpu.ON_DEVICE), "torch and XGBoost were used, on the CPU"


def test_without_a_gpu_the_reason_is_said(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(ValueError, match="device 'cuda' is not on this machine"):
        gpu.main([])
