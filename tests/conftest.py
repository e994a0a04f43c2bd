"""What the tests share: real data where it lies, and a small phantom drawn once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.datasets.phantom.draw import draw_phantom
from tests.chromium import NAMES, Browser, find_chromium

SHARED = Path(__file__).parents[1] / ".." / "shared"


def _shared(*parts: str) -> Path:
    path = SHARED.joinpath(*parts).resolve()
    if not path.exists():
        pytest.skip(f"needs {'/'.join(('../shared', *parts))}, which is not on this machine")
    return path


@pytest.fixture(scope="session")
def pneumonia() -> Path:
    """The folder with PneumoniaMNIST's images and manifest."""
    return _shared("data", "pneumoniamnist")


@pytest.fixture(scope="session")
def mobilenet_file() -> Path:
    """MobileNetV2's ImageNet weights."""
    return _shared("weights", "mobilenetv2_100.coral_in1k.safetensors")


@pytest.fixture(scope="session")
def squeezenet_file() -> Path:
    """SqueezeNet's ImageNet weights."""
    return _shared("weights", "squeezenet1_0.deepcompression_in1k.safetensors")


@pytest.fixture(scope="session")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small MURA tree: 150 patients, images of at most 48 pixels."""
    return draw_phantom(tmp_path_factory.mktemp("phantom") / "p", patients=150, long_side=48, difficulty=0.0)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless Chromium; skips where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip(f"needs a Chromium, by one of the names {', '.join(NAMES)}")
    chromium = Browser(path, tmp_path_factory.mktemp("profile"))
    try:
        chromium.attach()
        yield chromium
    finally:
        chromium.close()
