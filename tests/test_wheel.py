"""The wheel holds every file of the packages and the shipped grids, and works without the repository."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("benchmark", "extractors", "classifiers", "results")
SMALL = """\
name: small
dataset: {kind: phantom, patients: 60, long_side: 48}
train_sizes: [40]
image: {size: 32}
feature_extraction: {backbones: [bundled], classifiers: [logistic_regression]}
evaluation: {resamples: 200}
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, made without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A process that finds the wheel's packages and not those of this repository, in a folder of its own."""
    site, elsewhere = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("elsewhere")
    with ZipFile(wheel) as opened:
        opened.extractall(site)
    code = "from benchmark import cli; assert cli.__file__.startswith(sys.argv.pop(1)); cli.main()"

    def benchmark(*words):
        command = [sys.executable, "-c", f"import sys; {code}", str(site), *words]
        variables = os.environ | {"PYTHONPATH": str(site)}
        return subprocess.run(command, cwd=elsewhere, env=variables, capture_output=True, text=True)

    benchmark.folder = elsewhere
    return benchmark


def test_every_file_of_the_packages_is_in_the_wheel(wheel):
    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = {path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.*")}
    own = {path.as_posix() for path in files if (ROOT / path).is_file() and path.suffix != ".pyc"}
    grids = {path.relative_to(ROOT / "grids").as_posix() for path in (ROOT / "grids").rglob("*.yaml")}
    assert {"results/page/page.html.j2", "extractors/bundled/resnet10t_formulas.safetensors"} < own
    assert held == own | {f"benchmark/shipped_grids/{grid}" for grid in grids}


def test_a_shipped_grid_is_planned_without_the_repository(installed):
    done = installed("plan", "--grid", "quickstart")
    assert done.returncode == 0, done.stderr
    assert "tf_efficientnet_lite0" in done.stdout


@pytest.mark.slow
def test_a_grid_is_run_and_reported_without_the_repository(installed):
    (installed.folder / "small.yaml").write_text(SMALL)
    for words in (("run", "--no-track", "--jobs", "1"), ("report", "--out", "paper")):
        done = installed(*words, "--grid", "small.yaml")
        assert done.returncode == 0, done.stderr
    page = (installed.folder / "paper" / "report.html").read_text(encoding="utf-8")
    style = (ROOT / "results" / "page" / "page.css").read_text(encoding="utf-8")
    assert style.splitlines()[0] in page
