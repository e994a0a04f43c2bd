"""The small inputs that once broke something, where they lie beside the project."""

from pathlib import Path

import numpy as np
import pytest
import torch

from benchmark import api
from extractors.backbones import load_backbone
from extractors.pixels import decode
from extractors.specs import BackboneSpec
from tests.faults.command import judged
from tests.faults.outcome import ACCEPTED, REFUSED

CASES = Path(__file__).parents[2] / "../shared/cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"{CASES} is not there")


@pytest.mark.parametrize("name", ["i16_12bit", "rgb16_12bit", "i16_hotpixel", "miniswhite16"])
def test_every_depth_shows_the_same_picture(name):
    path = next((CASES / "images").glob(f"{name}.*"))
    reference, found = (
        decode(file, 64, "pad").astype(float) for file in (CASES / "images" / "ref.png", path)
    )
    assert np.corrcoef(reference.ravel(), found.ravel())[0, 1] > 0.98
    assert np.ptp(found) > 200


@pytest.mark.parametrize("name", ["empty.pth", "lfs.pth"])
def test_files_that_are_no_weights_are_refused_by_name(name):
    with pytest.raises(ValueError, match=name):
        load_backbone(
            BackboneSpec("resnet18", weights=str(CASES / "weights" / name)),
            size=32,
            device=torch.device("cpu"),
        )


def test_a_medmnist_file_that_does_not_say_what_is_abnormal_is_refused(tmp_path):
    file = CASES / "breast_224.npz"
    assert judged("breast", ["data", "manifest", "--medmnist", file, "--out", tmp_path]).ended == REFUSED
    assert not list(tmp_path.glob("*.csv"))


def test_the_findings_of_a_medmnist_file_become_columns(tmp_path):
    file = CASES / "chestmnist_64.npz"
    assert judged("chest", ["data", "manifest", "--medmnist", file, "--out", tmp_path]).ended == ACCEPTED
    header = (tmp_path / "manifest.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert "label:atelectasis" in header


@pytest.mark.parametrize(
    ("name", "ended"),
    [("manifest", ACCEPTED), ("overlap", ACCEPTED), ("parts", ACCEPTED), ("twoparts", REFUSED)],
)
def test_a_small_manifest_is_checked(name, ended):
    assert judged(name, ["data", "verify", CASES / "small" / f"{name}.csv", "--jobs", 1]).ended == ended


@pytest.mark.slow
@pytest.mark.parametrize(("name", "failed"), [("bad", 1), ("overlap", 0), ("parts", 0), ("rich", 0)])
def test_a_grid_runs_and_reports(name, failed, tmp_path):
    results = api.run(CASES / f"{name}.yaml", tmp_path / "runs", jobs=1, device="cpu")
    assert not results.not_tracked
    assert bool(results.failed) == bool(failed)
    assert results.cells
    assert all(record.leaky == (name == "overlap") for record in results.cells)
    report = api.report(results, tmp_path / "out", jobs=1)
    assert (report.folder / "report.html").is_file()
