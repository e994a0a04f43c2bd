import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.datasets.croissant import croissant, write_croissant
from benchmark.datasets.kinds import DATASET_KINDS
from benchmark.datasets.manifest import read_manifest
from benchmark.errors import UserError
from tests.benchmark.datasets.task_tables import GRADES, write_tables

ROWS = [
    "path,patient,study,body_part,label,split,sex",
    "a/1.png,p1,s1,elbow,0,train,f",
    "a/2.png,p2,s1,wrist,1,test,m",
]


def written(folder: Path, rows=ROWS) -> Path:
    for row in rows[1:]:
        path = folder / row.split(",")[0].split(";")[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((4, 4), 7, np.uint8)).save(path)
    table = folder / "manifest.csv"
    table.write_text("\n".join(rows) + "\n")
    return table


def read_back(folder: Path, content):
    """The records that Croissant's own reader makes of it, and its complaints."""
    mlc = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed (extra dev)")
    (folder / "croissant.json").write_text(json.dumps(content))
    found = mlc.Dataset(jsonld=folder / "croissant.json")
    assert found.metadata.ctx.issues.errors == set()
    return list(found.records("images"))


def plain(value):
    return value.decode() if isinstance(value, bytes) else value


@pytest.mark.filterwarnings("ignore")  # of mlcroissant's own dependencies
def test_a_manifest_is_read_by_mlcroissant_with_its_images(tmp_path):
    table = written(tmp_path)
    content = croissant(
        read_manifest(table), "manifest", table, name="two", licence="CC-BY-4.0", url="https://e.org"
    )
    first, second = read_back(tmp_path, content)
    image = first.pop("images/image")
    assert (np.asarray(image) == 7).all()
    assert {name.removeprefix("images/"): plain(value) for name, value in first.items()} == {
        "path": "a/1.png",
        "patient": "p1",
        "study": "s1",
        "body_part": "elbow",
        "label": 0,
        "split": "train",
        "sex": "f",
    }
    assert second["images/label"] == 1


@pytest.mark.filterwarnings("ignore")
def test_muras_paths_are_read_by_mlcroissant(phantom, tmp_path):
    kind = DATASET_KINDS["mura"]
    manifest = kind.read(kind.model.model_validate({"kind": "mura", "root": phantom}), tmp_path, 1)
    content = croissant(manifest, "mura", None, name="phantom")
    rows = manifest.images.set_index("image")
    (folder := tmp_path / "data").mkdir()
    for image in list(rows.index[:2]) + list(rows.index[-2:]):
        (folder / image).parent.mkdir(parents=True, exist_ok=True)
        (folder / image).write_bytes((manifest.root / image).read_bytes())
    records = read_back(folder, content)
    assert len(records) == 4
    for record in records:
        record = {
            name.removeprefix("images/"): plain(value)
            for name, value in record.items()
            if name != "images/image"
        }
        row = rows.loc[str(record["path"])]
        assert record["patient"] == row["study"].split("/")[-2]
        assert record["body_part"].lower() == row["body_part"]
        assert {"positive": 1, "negative": 0}[record["label"]] == row["label"]
        assert {"train": "train", "valid": "test"}[record["split"]] == row["split"]


def test_no_row_and_no_folder_is_in_it_and_the_unknown_is_left_out(tmp_path):
    table = written(tmp_path)
    text = json.dumps(croissant(read_manifest(table), "manifest", table, name="two"))
    for secret in ("p1", "a/1.png", str(tmp_path)):
        assert secret not in text
    assert not {"license", "url", "citeAs"} & json.loads(text).keys()


def test_words_as_labels_are_told_with_their_meaning(tmp_path):
    rows = [
        "filename,patient,study,body_part,label",
        "1.png,p1,s1,elbow,normal",
        "2.png,p2,s1,elbow,abnormal",
    ]
    table = written(tmp_path, rows)
    fields = croissant(read_manifest(table), "manifest", table, name="w")["recordSet"][0]["field"]
    label = next(field for field in fields if field["name"] == "label")
    assert (label["dataType"], label["description"]) == ("sc:Text", "abnormal: abnormal, normal: normal.")
    assert fields[0]["references"]["extract"] == {"column": "filename"}
    assert "split" not in [field["name"] for field in fields]


def test_what_others_would_read_otherwise_is_one_line(tmp_path):
    table = written(tmp_path / "a", [row.replace(",", ";") for row in ROWS])
    with pytest.raises(UserError, match="take UTF-8 and commas"):
        croissant(read_manifest(table), "manifest", table, name="x")
    table = written(tmp_path / "b", [ROWS[0], *("./" + row for row in ROWS[1:])])
    with pytest.raises(UserError, match="as they stand"):
        croissant(read_manifest(table), "manifest", table, name="x")
    table = written(tmp_path / "c")
    with pytest.raises(UserError, match="give --name"):
        croissant(read_manifest(table), "manifest", table)
    with pytest.raises(UserError, match="convert it first"):
        croissant(read_manifest(table), "dicom", None, name="x")


def test_the_file_is_written_and_a_phantom_is_not_called_mura(phantom, tmp_path):
    kind = DATASET_KINDS["mura"]
    manifest = kind.read(kind.model.model_validate({"kind": "mura", "root": phantom}), tmp_path, 1)
    with pytest.raises(UserError, match="give --name"):
        write_croissant(manifest, "mura", phantom, tmp_path / "croissant.json")
    written = write_croissant(manifest, "mura", phantom, tmp_path / "croissant.json", name="drawn")
    assert json.loads(written.read_text())["name"] == "drawn"
    with pytest.raises(UserError, match="cannot be written"):
        write_croissant(manifest, "mura", phantom, tmp_path, name="drawn")


def test_a_key_of_the_references_is_cited_as_bibtex(tmp_path):
    table = written(tmp_path)
    manifest = replace(read_manifest(table), citation="rajpurkar2018mura")
    assert croissant(manifest, "manifest", table, name="x")["citeAs"].startswith("@")
    assert (
        croissant(replace(manifest, citation="Doe 2020"), "manifest", table, name="x")["citeAs"] == "Doe 2020"
    )


@pytest.mark.filterwarnings("ignore")
def test_grades_are_read_by_mlcroissant_and_named_in_their_order(tmp_path):
    table = write_tables(tmp_path / "t", images=8) / "classes.csv"
    manifest = read_manifest(table, task="ordinal", classes=GRADES)
    content = croissant(manifest, "manifest", table, name="grades")
    label = next(field for field in content["recordSet"][0]["field"] if field["name"] == "label")
    assert (label["dataType"], label["description"]) == (
        "sc:Text",
        "A grade, in this order: none, mild, severe.",
    )
    assert "images by grade: none 3, mild 3, severe 2" in content["description"]
    records = read_back(table.parent, content)
    assert [plain(record["images/label"]) for record in records][:4] == ["none", "mild", "severe", "none"]


@pytest.mark.filterwarnings("ignore")
def test_findings_are_read_by_mlcroissant_as_yes_no_or_nothing(tmp_path):
    table = write_tables(tmp_path / "t", images=8) / "findings.csv"
    content = croissant(read_manifest(table, task="multilabel"), "manifest", table, name="findings")
    names = [field["name"] for field in content["recordSet"][0]["field"]]
    assert "label" not in names
    assert [name for name in names if name.startswith("label:")] == ["label:mass", "label:effusion"]
    assert "mass 4, effusion 2" in content["description"]
    records = read_back(table.parent, content)
    assert [record["images/label:mass"] for record in records][:4] == [True, True, True, False]
    effusion = [record["images/label:effusion"] for record in records]
    assert effusion[1:5] == [False, False, True, False]
    assert [effusion[0], effusion[5]] == [None, None], "nobody looked for it"
