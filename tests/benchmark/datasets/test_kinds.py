"""What a data set is called and how to cite it: from the grid, from dataset.json, or from its reader."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from benchmark.datasets.kinds import DATASET_KINDS, ManifestDataset, PhantomDataset, kind_at
from benchmark.datasets.manifest import Manifest
from benchmark.errors import UserError
from benchmark.execution.open_plan import load_manifest
from benchmark.grid.cells import expand
from benchmark.grid.schema import Grid
from tests.benchmark.datasets.dicom.studies import write_folder

CSV = "path,patient,study,body_part,label,split\na.png,p,s,hand,0,train\nb.png,q,s,hand,1,test\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "manifest.csv").write_text(CSV)
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def grid_of(root: Path, **keys: object) -> Grid:
    return Grid.model_validate(
        {
            "name": "g",
            "dataset": {"kind": "manifest", "root": str(root), **keys},
            "hand_crafted": {"descriptors": ["edges"], "classifiers": ["majority"]},
        }
    )


def load(root: Path, **keys: object) -> Manifest:
    return load_manifest(grid_of(root, **keys).dataset, root / "cache")


def test_a_manifest_is_named_by_dataset_json_and_the_grid_overrides_it(folder: Path) -> None:
    nameless = load(folder)
    assert (nameless.name, nameless.citation) == ("", "")
    (folder / "dataset.json").write_text(json.dumps({"name": "Ours", "citation": "us2026"}))
    found = load(folder)
    assert (found.name, found.citation) == ("Ours", "us2026")
    overridden = load(folder, name="Theirs")
    assert (overridden.name, overridden.citation) == ("Theirs", "us2026")
    assert nameless.digest() == found.digest() == overridden.digest(), "names are not data"


def test_name_and_citation_are_not_part_of_a_cells_identity(folder: Path) -> None:
    cells = [
        expand(grid_of(folder, **keys), {"all": 9})[0] for keys in ({}, {"name": "A", "citation": "B 2020"})
    ]
    assert cells[0] == cells[1]
    assert cells[0][0].id == cells[1][0].id


def test_lists_of_studies_are_columns_and_not_part_of_a_cells_identity(folder: Path) -> None:
    (folder / "implants.txt").write_text("q/s\n")
    columns = {"implant": str(folder / "implants.txt")}
    assert load(folder, columns=columns).describing()["implant"].tolist() == ["no", "yes"]
    assert load(folder, columns=columns).digest() == load(folder).digest()
    ids = {expand(grid_of(folder, **keys), {"all": 9})[0][0].id for keys in ({}, {"columns": columns})}
    assert len(ids) == 1


def test_a_held_out_site_is_part_of_a_cells_identity(folder: Path) -> None:
    keys = [{}, {"protocol": "site", "site": "A"}, {"protocol": "site", "site": "B"}]
    assert len({expand(grid_of(folder, **key), {"all": 9})[0][0].id for key in keys}) == 3


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"protocol": "site"}, "protocol site needs the name of the site that is the test set: site: NAME"),
        ({"site": "A"}, "protocol official holds out no site: write protocol: site"),
    ],
)
def test_a_site_and_its_protocol_go_together(folder: Path, keys: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        grid_of(folder, **keys)


@pytest.mark.parametrize("text", ["{", '{"title": "Ours"}', '{"name": 3}', '["Ours"]'])
def test_a_wrong_dataset_json_is_named(folder: Path, text: str) -> None:
    (folder / "dataset.json").write_text(text)
    with pytest.raises(UserError, match=r"dataset\.json: "):
        load(folder)


def test_the_kind_of_a_folder_is_found(folder: Path, phantom: Path) -> None:
    assert kind_at(folder).name == kind_at(folder / "manifest.csv").name == "manifest"
    assert kind_at(phantom).name == "mura"
    with pytest.raises(UserError, match=r"absent\.csv: there is no such file$"):
        kind_at(folder / "absent.csv")


def test_a_folder_of_dicom_files_is_known_and_read_by_the_keys_of_a_grid(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "in", 4)
    assert kind_at(root).name == "dicom"
    labels = (root / "labels.csv").rename(tmp_path / "other.csv")
    keys = {"kind": "dicom", "name": "Ours", "labels": str(labels), "match": "accession_number"}
    found = load(root, **keys)
    assert (len(found.images), found.name) == (4, "Ours")
    assert grid_of(root, **keys, partial=True).dataset.asked() == {"kind": "dicom"}, "where, not what"
    with pytest.raises(UserError, match="there is no such file of labels"):
        load(root, kind="dicom")


def test_mura_is_cited_and_a_phantom_is_not_mura(phantom: Path, tmp_path: Path) -> None:
    def read(**keys: object) -> Manifest:
        kind = DATASET_KINDS[str(keys["kind"])]
        return kind.read(kind.model.model_validate(keys), tmp_path, 1)

    mura = read(kind="mura", root=phantom)
    assert (mura.name, mura.citation) == ("MURA", "rajpurkar2018mura")
    drawn = read(kind="phantom", patients=10, long_side=32)
    assert (drawn.name, drawn.citation) == ("", "")


def test_a_manifests_files_may_lie_outside_when_the_grid_says_so(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub/manifest.csv").write_text(CSV.replace("a.png", "../a.png").replace("b.png", "../b.png"))
    with pytest.raises(UserError, match=r"'../a.png' is not below the folder"):
        load(folder / "sub")
    assert len(load(folder / "sub", allow_outside=True).images) == 2
    keys = (grid_of(folder), grid_of(folder, allow_outside=True))
    assert [grid.dataset.asked() for grid in keys] == [{"kind": "manifest"}] * 2, (
        "where files lie is not asked"
    )


def test_a_grid_of_mura_may_name_corrected_labels_beside_it(tmp_path: Path) -> None:
    study = tmp_path / "train/XR_HAND/patient00001/study1_negative"
    study.mkdir(parents=True)
    (study / "image1.png").write_bytes(b"")
    (tmp_path / "labels.csv").write_text("train/XR_HAND/patient00001/study1_negative/,1\n")
    model = DATASET_KINDS["mura"].model
    plain = {"kind": "mura", "root": str(tmp_path)}
    keys = model.model_validate(plain | {"labels": "labels.csv"}, context=tmp_path)
    assert load_manifest(keys, tmp_path).images["label"].tolist() == [1]
    assert keys.asked() == model.model_validate(plain).asked(), (
        "labels are part of the data, not of what is asked"
    )


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"classes": ["a", "b"]}, "binary labels have no classes to name"),
        ({"task": "ordinal", "classes": [1]}, "task ordinal needs two classes or more"),
        ({"task": "multilabel", "classes": ["a", "a"]}, "'a' is listed twice"),
        ({"task": "grades"}, "multilabel"),
    ],
)
def test_a_task_and_its_classes_must_fit(keys, message, tmp_path):
    with pytest.raises(ValidationError, match=message):
        ManifestDataset.model_validate({"kind": "manifest", "root": tmp_path, **keys})


def test_only_another_task_than_two_classes_enters_the_identity(tmp_path):
    def asked(**keys):
        return ManifestDataset.model_validate({"kind": "manifest", "root": tmp_path, **keys}).asked()

    assert asked(task="binary") == asked() == {"kind": "manifest"}
    assert asked(task="ordinal", classes=[0, 1]) == {
        "kind": "manifest",
        "task": "ordinal",
        "classes": ("0", "1"),
    }
    assert PhantomDataset(kind="phantom").asked() == {"kind": "phantom"}
    assert PhantomDataset(kind="phantom", task="ordinal").label_task == "ordinal"
