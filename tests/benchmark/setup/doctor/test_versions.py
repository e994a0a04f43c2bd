import pytest

from benchmark.grid.schema import Grid
from benchmark.setup.doctor import versions as module
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Surroundings
from benchmark.setup.doctor.versions import extras, extras_installed, requirements, versions
from benchmark.store.workspace import Workspace


@pytest.fixture
def around(tmp_path):
    return Surroundings(Workspace(tmp_path))


def test_versions_name_what_computes(around):
    (found,) = versions(around)
    assert found.state == OK
    assert all(
        f"{name} " in found.what for name in ("Python", "torch", "timm", "xgboost", "mlflow", "onnxruntime")
    )


def test_this_installation_meets_its_requirements(around):
    assert [found.state for found in requirements(around)] == [OK]


def test_a_requirement_that_is_not_met_is_a_problem_with_its_remedy(around, monkeypatch):
    needs = {"benchmark": ["numpy>=99", "nothing-of-this-name>=1", "dask>=99; extra == 'cluster'"]}
    monkeypatch.setattr(module, "_requires", lambda package: needs.get(package, []))
    old, missing = requirements(around)
    assert (old.state, missing.state) == (PROBLEM, PROBLEM)
    assert old.what.endswith("is installed, and numpy>=99 is needed")
    assert missing.what.startswith("nothing-of-this-name is not installed")
    assert missing.do == "pip install 'nothing-of-this-name>=1'"


def test_an_extra_is_whole_or_missing(monkeypatch):
    needs = [
        "numpy; extra == 'a'",
        "gone; extra == 'a'",
        'numpy; extra == "b"',
        "gone; extra == 'dev'",
        "numpy",
    ]
    monkeypatch.setattr(module, "_requires", lambda package: needs)
    monkeypatch.setattr(module, "installed", lambda name: "1" if name == "numpy" else "")
    assert extras_installed() == {"a": False, "b": True}


def test_extras_that_are_needed_and_missing_stand_in_the_way(tmp_path, monkeypatch):
    missing = dict.fromkeys(("cluster", "dicom", "imagenet", "postgres"), False)
    monkeypatch.setattr(module, "extras_installed", lambda: missing)
    content = {
        "name": "g",
        "dataset": {"kind": "dicom", "root": str(tmp_path)},
        "feature_extraction": {"backbones": ["bundled"], "classifiers": ["majority"]},
    }
    place = Workspace(tmp_path, "postgresql://x/y")
    _, *found = extras(Surroundings(place, Grid.model_validate(content), None, "tcp://here:1"))
    assert [(f.state, f.do) for f in found] == [
        (PROBLEM, f"pip install 'benchmark[{name}]'") for name in ("dicom", "postgres", "cluster")
    ]
    _, note = extras(Surroundings(Workspace(tmp_path)))
    assert (note.state, note.do) == (NOTE, "pip install 'benchmark[imagenet]'")
