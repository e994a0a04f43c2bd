"""`tests/` mirrors the tree: every module has a test file of its name in the mirrored place."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("benchmark", "extractors", "classifiers", "results")
# constants, what a package exports, and what `python -m` and MLflow run: tested where they are used
WITHOUT = ("names.py", "__init__.py", "__main__.py", "study_model_script.py")


def modules():
    found = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return [path.relative_to(ROOT) for path in found if path.name not in WITHOUT]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_has_a_test_file_of_its_name(package):
    own = [path for path in modules() if path.parts[0] == package]
    assert own
    missing = [
        str(path) for path in own if not (ROOT / "tests" / path.parent / f"test_{path.name}").is_file()
    ]
    assert missing == []


def test_every_test_file_in_the_mirror_tests_something():
    for path in modules():
        test = ROOT / "tests" / path.parent / f"test_{path.name}"
        if test.is_file():
            assert "\ndef test_" in test.read_text(encoding="utf-8"), test
