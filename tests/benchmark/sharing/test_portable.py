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
        ("two files: a;/srv/ann/w.pth", "two files: a;w.pth"),
        ("cat x|/srv/ann/w.pth </srv/bob/x >/srv/eve/y", "cat x|w.pth <x >y"),
        ("read (/srv/ann/w.pth), weights=/srv/bob/x", "read (w.pth), weights=x"),
        ("see /srv/ann;/srv/bob/x", "see ann;x"),
        ("see error:/srv/ann/w.pth", "see error:w.pth"),
        ("see file:///srv/ann/w.pth", "see file:w.pth"),
        ("in /srv/a;b/ann/w.pth", "in w.pth"),
        ("file /home/john", "file home"),
        ("file /home/john/ was", "file  was"),
        ("/home/john", "home"),
        ("C:\\Users\\John", "home"),
        ("in C:\\Users\\John;", "in home;"),
        ("C:\\\\Users\\\\John\\\\w.pth was", "w.pth was"),
        ("https://ann:secret@example.org/w.pth", "https://example.org/w.pth"),
        ("from (s3://ann:se:cret@host:9000/b/w.pth)", "from (s3://host:9000/b/w.pth)"),
        ("ann@example.org or a / b", "ann@example.org or a / b"),
        ("https://example.org/@ann", "https://example.org/@ann"),
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


@pytest.mark.parametrize(
    ("labels", "written"),
    [
        ("ann/sub/labels.csv", "${DATA}/sub/labels.csv"),
        ("ann/labels.csv", "${DATA}/labels.csv"),
        ("ann2/sub/labels.csv", "${DATA}/labels.csv"),
    ],
)
def test_a_file_in_a_folder_of_the_data_set_keeps_its_place(tmp_path, monkeypatch, labels, written):
    for folder in ("ann", "there"):
        (tmp_path / folder).mkdir()
    text = (
        f"name: g\ndataset: {{kind: mura, root: ann, labels: {labels}}}\n"
        "hand_crafted: {descriptors: [edges], classifiers: [majority]}\n"
    )
    (tmp_path / "grid.yaml").write_text(text)
    portable = portable_grid(read_grid(tmp_path / "grid.yaml"))
    assert yaml.safe_load(portable)["dataset"] == {"kind": "mura", "root": "${DATA}", "labels": written}
    monkeypatch.setenv("DATA", str(tmp_path / "there"))
    (tmp_path / "again.yaml").write_text(portable)
    again = read_grid(tmp_path / "again.yaml").dataset
    assert again.labels == tmp_path / "there" / written.removeprefix("${DATA}/")


def test_a_data_set_that_is_not_here_keeps_the_places_beside_it(tmp_path):
    text = (
        "name: g\ndataset: {kind: mura, root: ann/MURA-v1.1, labels: ann/MURA-v1.1/sub/labels.csv}\n"
        "hand_crafted: {descriptors: [edges], classifiers: [majority]}\n"
    )
    (tmp_path / "grid.yaml").write_text(text)
    data = yaml.safe_load(portable_grid(read_grid(tmp_path / "grid.yaml")))["dataset"]
    assert (data["root"], data["labels"]) == ("${DATA}/MURA-v1.1", "${DATA}/MURA-v1.1/sub/labels.csv")


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


def test_names_of_classes_are_no_paths(tmp_path):
    (tmp_path / "grid.yaml").write_text(
        "name: g\ndataset: {kind: manifest, root: x.csv, task: multiclass, classes: [none, /w, C:/w]}\n"
        "hand_crafted: {descriptors: [edges], classifiers: [majority]}\n"
    )
    text = portable_grid(read_grid(tmp_path / "grid.yaml"))
    assert yaml.safe_load(text)["dataset"]["classes"] == ["none", "/w", "C:/w"]
