"""The kept run as the page sees it: its workspace, its models, and uploads made of its test images."""

import sys
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from benchmark.app.choices import kept_choices
from benchmark.app.opinions import judge_of
from benchmark.app.uploads import Upload
from benchmark.store.kept_models import read_model
from benchmark.store.workspace import Workspace


@pytest.fixture(autouse=True)
def main_module_as_before() -> Iterator[None]:
    """Streamlit's tests put the page in the place of `__main__`, which processes of later tests would run."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture(scope="session")
def kept_workspace(kept_run) -> Workspace:
    """Do not write into it."""
    return Workspace(kept_run[1].folder.parent)


@pytest.fixture(scope="session")
def kept(kept_workspace):
    """The models by strategy and classifier."""
    return {(c.record.strategy, c.record.classifier): c for c in kept_choices(kept_workspace)}


@pytest.fixture(scope="session")
def judge(kept_run, kept):
    """The frozen network with logistic regression, loaded."""
    return judge_of(read_model(kept_run[1], kept["feature_extraction", "logistic_regression"].record))


@pytest.fixture(scope="session")
def view_files(kept_run):
    """The files of a test study with two views or more, in the order of its predictions."""
    plan, records = kept_run
    record = next(one for one in records.all() if one.strategy == "fine_tuning")
    by_study = records.read_predictions(record).groupby("study")["image"]
    images = next(list(images) for _, images in by_study if len(images) > 1)
    return [plan.manifest.root / image for image in images]


@pytest.fixture(scope="session")
def views(view_files):
    return [Upload(path.name, path.read_bytes()) for path in view_files]


@pytest.fixture(scope="session")
def coloured() -> bytes:
    """A picture that is no radiograph."""
    buffer = BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(
        buffer, "PNG"
    )
    return buffer.getvalue()
