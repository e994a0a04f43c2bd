"""Small problems are solved here: one thread each, since more cost them more than they give."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from threadpoolctl import threadpool_limits

from classifiers.tabicl_checkpoint import VARIABLE
from extractors.digests import file_digest
from tests.classifiers.tiny_tabicl import write_tiny


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with threadpool_limits(1):
        yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def _tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("tabicl")
    return write_tiny(tmp_path_factory.mktemp("tabicl") / "tiny.ckpt")


@pytest.fixture
def tiny_tabicl(_tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let BENCHMARK_TABICL name a tiny TabICL with random weights; its digest."""
    monkeypatch.setenv(VARIABLE, str(_tiny_checkpoint))
    return file_digest(_tiny_checkpoint)
