"""Paths of a grid file: variables filled in, relative to the file."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from benchmark.datasets.paths import GridPath, resolve_path


def test_a_path_is_relative_to_the_folder_unless_it_is_absolute(tmp_path: Path) -> None:
    assert resolve_path("data/../images", tmp_path) == tmp_path.resolve() / "images"
    assert resolve_path(str(tmp_path), Path("elsewhere")) == tmp_path.resolve()
    assert resolve_path("data", None) == Path.cwd() / "data"


def test_home_is_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve_path("~/data", None) == tmp_path.resolve() / "data"


def test_variables_have_their_value_or_their_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGES", "here")
    assert resolve_path("${IMAGES}/${ABSENT:-there}", tmp_path) == tmp_path.resolve() / "here/there"
    monkeypatch.setenv("IMAGES", "")
    assert resolve_path("${IMAGES:-there}", tmp_path) == tmp_path.resolve() / "there", "empty is as absent"


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ABSENT", raising=False)
    with pytest.raises(
        PydanticCustomError, match=r"ABSENT is not set; set it, or write \$\{ABSENT:-default\}"
    ):
        resolve_path("${ABSENT}/x", None)


def test_a_field_of_a_model_is_relative_to_the_context(tmp_path: Path) -> None:
    class Keys(BaseModel):
        root: GridPath

    assert Keys.model_validate({"root": "x"}, context=tmp_path).root == tmp_path.resolve() / "x"
    assert Keys.model_validate({"root": Path("x")}, context=tmp_path).root == Path("x"), (
        "a Path stays as it is"
    )
    with pytest.raises(ValidationError, match="ABSENT_HERE is not set"):
        Keys.model_validate({"root": "${ABSENT_HERE}"})
