from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.datasets.manifest import Manifest, read_manifest
from benchmark.datasets.nested_order import nested_order
from benchmark.datasets.task_labels import rarest_first
from benchmark.errors import UserError

CLASSES = "path,patient,study,body_part,label"
FINDINGS = "path,patient,study,body_part,label:Effusion,label:Mass"


def read(folder: Path, header: str, *labels: str, task: str, classes: tuple[str, ...] = ()) -> Manifest:
    rows = [f"{n}.png,p{n},1,chest,{label}" for n, label in enumerate(labels)]
    for n in range(len(labels)):
        (folder / f"{n}.png").write_bytes(b"image")
    path = folder / "manifest.csv"
    path.write_text("\n".join((header, *rows)) + "\n")
    return read_manifest(path, task=task, classes=classes)


def test_classes_are_numbered_by_name_or_as_the_grid_says(tmp_path: Path) -> None:
    found = read(tmp_path, CLASSES, "virus", "none", "bacteria", task="multiclass")
    assert found.task.classes == ("bacteria", "none", "virus")
    assert found.images["label"].tolist() == [2, 1, 0]
    asked = ("none", "bacteria", "virus")
    again = read(tmp_path, CLASSES, "virus", "none", "bacteria", task="ordinal", classes=asked)
    assert (again.task.kind, again.task.classes) == ("ordinal", asked)
    assert again.images["label"].tolist() == [2, 0, 1]


def test_grades_that_are_numbers_stand_in_their_order(tmp_path: Path) -> None:
    found = read(tmp_path, CLASSES, "10", "2", "1", task="ordinal")
    assert found.task.classes == ("1", "2", "10")
    assert found.images["label"].dtype == "int64"


def test_findings_keep_what_was_not_read(tmp_path: Path) -> None:
    found = read(tmp_path, FINDINGS, "1,0", "0,", "1,1", "0,1", task="multilabel")
    assert found.task.classes == ("Effusion", "Mass")
    truth = found.task.truth(found.images)
    assert truth[:, 0].tolist() == [1, 0, 1, 0]
    assert np.array_equal(truth[:, 1], [0, np.nan, 1, 1], equal_nan=True)
    only = read(tmp_path, FINDINGS, "1,0", "0,", "1,1", task="multilabel", classes=("Mass",))
    assert only.task.classes == ("Mass",)
    assert "label:Effusion" not in only.images


def test_the_digest_of_a_data_set_holds_its_findings(tmp_path: Path) -> None:
    one, other = (
        read(tmp_path, FINDINGS, "1,0", "0,1", f"1,{last}", task="multilabel").digest() for last in ("1", "")
    )
    assert one != other


def test_rows_are_stratified_by_the_rarest_finding() -> None:
    table = pd.DataFrame({"common": [1.0, 1, 1, 0, np.nan], "rare": [0.0, 0, 1, 0, 0]})
    assert rarest_first(table).tolist() == [1, 1, 2, 0, 0]


def test_every_training_subset_holds_the_rare_finding_in_proportion() -> None:
    rare = np.arange(400) % 20 == 0
    table = pd.DataFrame({"common": np.arange(400) % 2.0, "rare": rare.astype(float)})
    images = pd.DataFrame({"image": [f"{n:03d}" for n in range(400)], "body_part": "chest"})
    images["label"] = rarest_first(table)
    order = nested_order(images, images["image"].to_numpy(object), "chest", 3)
    assert [int(rare[order[:size]].sum()) for size in (40, 100, 200)] == [2, 5, 10]


@pytest.mark.parametrize(
    ("task", "header", "labels", "classes", "message"),
    [
        ("multiclass", CLASSES, ("a", "a"), (), "every row is 'a': a multiclass task needs two classes"),
        ("multiclass", CLASSES, ("a", "b"), ("a", "c"), "no row has the label 'c', .* the labels are a, b"),
        ("multiclass", CLASSES, ("a", "b", "c"), ("a", "b"), "manifest.csv:4: 'c': not one of the grid's"),
        ("ordinal", CLASSES, ("0", "mild"), (), "manifest.csv:3: 'mild': no number, .* give dataset.classes"),
        ("multiclass", CLASSES, tuple(map(str, range(101))), (), "101 different values"),
        ("multilabel", CLASSES, ("0", "1"), (), "task multilabel needs columns label:NAME"),
        ("multilabel", FINDINGS, ("0,0", "1,0"), (), "label:Mass: every row is '0': nothing to learn"),
        ("multilabel", FINDINGS, ("0,", "1,"), (), "label:Mass: every row is blank"),
        ("multilabel", FINDINGS, ("0,1", "1,-1"), (), "manifest.csv:3: '-1': label:Mass: a finding must be"),
        ("multilabel", FINDINGS, ("0,1", "1,0"), ("Mas",), "there is no column 'label:Mas'.*Mass"),
        ("multiclass", FINDINGS, ("0,1", "1,0"), (), "of columns label:NAME set dataset.task: multilabel"),
        ("binary", CLASSES, ("mild", "severe"), (), "set dataset.task: multiclass or ordinal"),
    ],
)
def test_labels_of_another_kind_than_the_task_are_refused_in_one_line(
    task: str, header: str, labels: tuple[str, ...], classes: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=message) as error:
        read(tmp_path, header, *labels, task=task, classes=classes)
    assert "\n" not in str(error.value)


def test_the_views_of_a_study_have_the_same_findings(tmp_path: Path) -> None:
    for n in range(3):
        (tmp_path / f"{n}.png").write_bytes(b"image")
    path = tmp_path / "manifest.csv"
    path.write_text(f"{FINDINGS}\n0.png,p,1,chest,1,0\n1.png,p,1,chest,1,1\n2.png,q,1,chest,0,1\n")
    with pytest.raises(UserError, match="has two values of label:Mass"):
        read_manifest(path, task="multilabel")


def test_one_number_in_two_spellings_is_not_two_grades(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"manifest.csv:4: '1.0': the same number as '1' of other rows"):
        read(tmp_path, CLASSES, "0", "1", "1.0", "2", task="ordinal")


@pytest.mark.parametrize("labels", [("0", "1", "2"), ("1", "2", "10")])
def test_binary_labels_that_are_grades_are_told_of_the_task(tmp_path: Path, labels: tuple[str, ...]) -> None:
    with pytest.raises(UserError, match=r"set dataset\.task: multiclass or ordinal"):
        read(tmp_path, CLASSES, *labels, task="binary")


def test_a_finding_of_a_describing_name_hides_no_column(tmp_path: Path) -> None:
    header = "path,patient,study,body_part,label:sex,label:Mass,sex"
    found = read(tmp_path, header, "1,0,F", "0,1,M", task="multilabel")
    assert found.describing()["sex"].tolist() == ["F", "M"]


def test_the_digest_of_a_data_set_holds_the_names_of_findings_and_classes(tmp_path: Path) -> None:
    swapped = "path,patient,study,body_part,label:Mass,label:Effusion"
    one, other = (
        read(tmp_path, header, "1,0", "0,1", "1,1", task="multilabel").digest()
        for header in (FINDINGS, swapped)
    )
    assert one != other
    one, other = (
        read(tmp_path, CLASSES, "a", word, "a", task="multiclass").digest() for word in ("mild", "severe")
    )
    assert one != other
