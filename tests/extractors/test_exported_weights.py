import json

import pytest

from extractors.digests import file_digest
from extractors.exported_weights import (
    VARIABLE,
    ExportedWeights,
    exported_file,
    exported_folder,
    exported_if_sound,
    exported_weights,
    problem_with,
    read_index,
    write_index,
)
from extractors.specs import BackboneSpec


@pytest.fixture
def folder(tmp_path, monkeypatch):
    file = tmp_path / "resnet18" / "model.safetensors"
    file.parent.mkdir()
    file.write_bytes(b"weights")
    known = {"file": "resnet18/model.safetensors", "sha256": file_digest(file), "bytes": 7}
    write_index(
        tmp_path,
        [
            ExportedWeights("resnet18", "imagenet", **known, licence="apache-2.0", source="hub"),
            ExportedWeights("resnet18", "imagenet", **known, model_args={"in_chans": 1}),
            ExportedWeights("resnet18", "own.pth", **known),
        ],
    )
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path


def test_the_index_tells_file_digest_licence_and_source(folder):
    entry = json.loads((folder / "index.json").read_text())["weights"][0]
    assert (entry["file"], entry["licence"], entry["source"]) == (
        "resnet18/model.safetensors",
        "apache-2.0",
        "hub",
    )
    assert len(entry["sha256"]) == 64
    assert not list(folder.glob("*.tmp"))


def test_weights_are_found_by_name_weights_and_arguments(folder):
    file = folder / "resnet18" / "model.safetensors"
    assert exported_weights(BackboneSpec("resnet18")) == file
    assert exported_weights(BackboneSpec("resnet18", model_args={"in_chans": 1})) == file
    assert exported_weights(BackboneSpec("resnet18", model_args={"in_chans": 4})) is None
    assert exported_weights(BackboneSpec("resnet18", "random")) is None
    assert exported_weights(BackboneSpec("resnet34")) is None
    assert exported_weights(BackboneSpec("bundled")) is None
    assert exported_file("resnet18", folder / "gone" / "own.pth") == file
    assert exported_file("resnet34", folder / "gone" / "own.pth") is None


def test_without_the_variable_nothing_is_found(folder, monkeypatch):
    monkeypatch.delenv(VARIABLE)
    assert exported_weights(BackboneSpec("resnet18")) is None
    assert exported_file("resnet18", folder / "own.pth") is None


def test_a_changed_file_is_refused(folder):
    file = folder / "resnet18" / "model.safetensors"
    file.write_bytes(b"weightS")
    with pytest.raises(ValueError, match=r"model.safetensors has another content .*; export or copy"):
        exported_weights(BackboneSpec("resnet18"))
    assert exported_if_sound("resnet18", "imagenet") is None
    file.write_bytes(b"")
    assert problem_with(folder, read_index(folder)[0]) == "has 0 bytes, not 7"
    file.unlink()
    assert "cannot be read" in problem_with(folder, read_index(folder)[0])


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"weights": 3}', '{"weights": [{}]}', '{"weights": [[]]}', "[" * 100_000],
)
def test_an_index_that_is_none_is_one_line(folder, text):
    (folder / "index.json").write_text(text)
    with pytest.raises(ValueError, match=r"index.json is not an index of weights; export them again"):
        read_index(folder)


@pytest.mark.parametrize("path", ["/etc/passwd", "../x.pth", "a/../../x"])
def test_files_stay_in_the_folder(folder, path):
    content = json.loads((folder / "index.json").read_text())
    content["weights"][0]["file"] = path
    (folder / "index.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match="is not an index"):
        read_index(folder)


def test_a_folder_without_an_index_is_named(tmp_path):
    with pytest.raises(ValueError, match="name a folder that 'benchmark weights export' has written"):
        read_index(tmp_path)


def test_a_network_of_a_hub_is_built_from_its_folder(tmp_path):
    hub = BackboneSpec("hf-hub:someone/network")
    assert exported_folder(hub, tmp_path / "n" / "model.safetensors").name == f"local-dir:{tmp_path / 'n'}"
    assert exported_folder(BackboneSpec("resnet18"), tmp_path / "m") == BackboneSpec("resnet18")
