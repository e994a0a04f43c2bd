"""The Dockerfile keeps to the rules of hadolint, and is given all that the wheel is made of and nothing else."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import yaml

ROOT = Path(__file__).parents[1]
DOCKERFILE = ROOT / "Dockerfile"
# of a development environment; beside Python, since a virtual environment need not be activated
HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or "hadolint"


def given():
    """What .dockerignore lets into the image's context."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines, "all else stays out: images of patients, runs, the history"
    return [line[1:] for line in lines if line.startswith("!")]


def names(wheel):
    return {name for name in ZipFile(wheel).namelist() if not name.endswith("/RECORD")}


def made(source, out):
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(out)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (wheel,) = out.glob("*.whl")
    return names(wheel)


def test_hadolint_finds_nothing(tmp_path):
    assert subprocess.run([HADOLINT, str(DOCKERFILE)], capture_output=True, text=True).stdout == ""
    wrong = tmp_path / "Dockerfile"
    wrong.write_text("FROM python\nRUN cd /tmp && pip install uv\n")
    assert subprocess.run([HADOLINT, str(wrong)], capture_output=True).returncode == 1


def test_the_wheel_is_made_from_what_the_image_is_given(tmp_path):
    context = tmp_path / "context"
    context.mkdir()
    for name in given():
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, context / name)
    assert (context / "requirements.lock").is_file()
    assert made(context, tmp_path / "image") == made(ROOT, tmp_path / "whole")


def test_its_extras_and_packages_are_the_projects():
    text = DOCKERFILE.read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (extras,) = re.findall(r"^ARG EXTRAS=(.+)$", text, re.MULTILINE)
    assert set(extras.split(",")) <= project["optional-dependencies"].keys()
    (python,) = re.findall(r"^ARG PYTHON=(.+)$", text, re.MULTILINE)
    assert project["requires-python"] == f">={python}"
    assert "--constraint requirements.lock" in text
    assert "://" not in text, "no index is named: the one of whoever builds it"


def test_kubernetes_runs_what_the_image_starts():
    """The manifests give whole commands, which the image's ENTRYPOINT must not stand before."""
    for path in (ROOT / "docs" / "kubernetes").glob("*.yaml"):
        for manifest in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            pod = manifest["spec"].get("template", {}).get("spec", {})
            for container in pod.get("containers", []):
                assert not container["image"].startswith("benchmark") or container["command"], path.name
