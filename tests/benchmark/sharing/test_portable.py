import pytest
import yaml

from benchmark.grid.schema import read_grid
from benchmark.sharing.portable import portable_grid, without_folders


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/home/ann/w.pth", "w.pth"),
        ("C:\\Users\\Ann\\w.pth", "w.pth"),
        ("D:/data/w.pth", "w.pth"),
        ("local-dir:/home/ann/model", "local-dir:model"),
        ("/w.pth", "w.pth"),
        ("XR_ELBOW/patient", "XR_ELBOW/patient"),
        ("hf-hub:timm/resnet50", "hf-hub:timm/resnet50"),
        ("torchvision/resnet50", "torchvision/resnet50"),
        ("imagenet", "imagenet"),
        ("\\\\server\\ann\\w.pth", "w.pth"),
        ("~ann/w.pth", "w.pth"),
        ("/home/ann/\nw.pth", "\nw.pth"),
        ("names in /home/ann/w.pth were changed", "names in w.pth were changed"),
        ("read '/home/ann/w.pth'", "read 'w.pth'"),
        ("a view of 3/4 and/or AP", "a view of 3/4 and/or AP"),
        ("https://example.org/w.pth", "https://example.org/w.pth"),
    ],
)
def test_an_absolute_path_keeps_its_name_alone(text, name):
    assert without_folders({"a": [text, 1, None]}) == {"a": [name, 1, None]}


def test_keys_are_texts_too():
    assert without_folders({"/home/ann/w.pth": 1}) == {"w.pth": 1}


def test_the_folder_of_the_data_set_loses_its_name(tmp_path):
    (tmp_path / "ann-smith").mkdir()
    (tmp_path / "grid.yaml").write_text(
        "name: g\ndataset: {kind: manifest, root: ann-smith}\nhand_crafted: {descriptors: [edges], classifiers: [majority]}\n"
    )
    text = portable_grid(read_grid(tmp_path / "grid.yaml"))
    assert yaml.safe_load(text)["dataset"]["root"] == "${DATA}"
    assert "smith" not in text


def test_a_grid_is_written_without_folders_and_read_again_elsewhere(tmp_path, monkeypatch):
    grid = tmp_path / "grid.yaml"
    weights = tmp_path / "secret" / "w.safetensors"
    weights.parent.mkdir()
    weights.touch()
    grid.write_text(
        f"name: g\ndataset: {{kind: mura, root: {tmp_path}/secret/MURA-v1.1}}\nseeds: [3]\n"
        f"feature_extraction: {{backbones: [{{name: resnet18, weights: '{weights}'}}], classifiers: [linear_svm]}}\n"
    )
    text = portable_grid(read_grid(grid))
    assert "secret" not in text
    assert str(tmp_path) not in text
    assert list(yaml.safe_load(text))[:2] == ["name", "dataset"]
    monkeypatch.setenv("DATA", "/there")
    monkeypatch.setenv("WEIGHTS", str(tmp_path / "elsewhere"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "w.safetensors").touch()
    (tmp_path / "again.yaml").write_text(text)
    again = read_grid(tmp_path / "again.yaml")
    assert str(again.dataset.root) == "/there/MURA-v1.1"
    assert again.feature_extraction.backbones[0].weights == str(tmp_path / "elsewhere" / "w.safetensors")
    assert again.seeds == [3]
