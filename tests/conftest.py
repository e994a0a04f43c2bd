"""What the tests share: real data where it lies, a small phantom drawn once, and who works on what."""

import os

# Before the first import of a numerical library, which reads it then: the tests' problems are small, and two
# workers of pytest-xdist, or a test and its own processes, would fight over the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.cli.logs import _PACKAGES
from benchmark.datasets.phantom.draw import draw_phantom
from tests.chromium import NAMES, Browser, find_chromium

SHARED = Path(__file__).parents[1] / ".." / "shared"


# Their tests share the planted study and its report, which take long to make: one worker takes them all.
_TOGETHER = ("tests/benchmark/analysis/", "tests/benchmark/reporting/")


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist, without which the tests run as well
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Give each file to one worker, since most fixtures are shared within files."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return _TOGETHER[0] if file.startswith(_TOGETHER) else file

    return Scheduling(config, log)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Take back the handlers and levels that a command or an interface has set, for the next test of this worker."""
    root = logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in _PACKAGES)]
    levels, handlers = [logger.level for logger in loggers], list(root.handlers)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)
        handler.close()


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
