"""What the tests of the extractors share: pictures of noise, and a package with an entry point."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from joblib.externals.loky import get_reusable_executor
from numpy.typing import NDArray

from extractors.descriptors import descriptors
from extractors.sources import sources


@pytest.fixture(scope="session")
def noise_images() -> NDArray[np.uint8]:
    """(4, 64, 64)"""
    return np.random.default_rng(0).integers(0, 255, (4, 64, 64), dtype=np.uint8)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str, str], None]]:
    """Install a package `third-party`: its module's text, and one entry point `mine = VALUE` of a group.

    The workers of joblib begin anew before and after, so that they know the same packages as this process.
    """

    def installed(group: str, value: str, module: str) -> None:
        folder = tmp_path / "site"
        info = folder / "third_party-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: third-party\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{group}]\nmine = {value}\n")
        (folder / "third_party_module.py").write_text(module)
        monkeypatch.syspath_prepend(folder)
        _forget()

    yield installed
    _forget()


def _forget() -> None:
    sys.modules.pop("third_party_module", None)
    sources.cache_clear()
    descriptors.cache_clear()
    get_reusable_executor().shutdown(wait=True)
