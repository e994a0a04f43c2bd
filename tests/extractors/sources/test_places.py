import pytest

from extractors.sources import name_without_folder
from extractors.sources.places import is_path, looks_like_path, split_name


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("./a/b", True),
        ("../a", True),
        ("/a/b", True),
        ("~/a", True),
        ("${A}/b", True),
        ("a/b", False),
        ("", False),
    ],
)
def test_a_path_begins_as_no_name_on_a_hub_does(text, path):
    assert looks_like_path(text) is path
    assert is_path(text, "folder") is path
    assert is_path(text, "file")
    assert not is_path(text, "")


def test_a_folder_that_exists_is_a_path(tmp_path, monkeypatch):
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert is_path("a/b", "folder")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("hf:/folder/net", "hf:net"),
        ("hf:/folder/net/", "hf:net"),
        ("hf:owner/net", "hf:owner/net"),
        ("onnx:a/b/net.onnx", "onnx:net.onnx"),
        ("embeddings:/a/v.parquet", "embeddings:v.parquet"),
        ("python:a.b:c", "python:a.b:c"),
        ("local-dir:/a/b", "local-dir:/a/b"),
        ("resnet18", "resnet18"),
    ],
)
def test_names_are_the_same_on_every_machine(name, short):
    assert name_without_folder(name) == short


def test_the_prefix_and_the_rest():
    assert split_name("onnx:a:b", "onnx:") == ("onnx:", "a:b")
