import pytest

from benchmark.datasets.at_path import Labels, labels_of_options, read_at, task_at
from benchmark.errors import UserError
from tests.benchmark.datasets.task_tables import GRADES, write_tables


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return write_tables(tmp_path_factory.mktemp("tables") / "t", images=12)


def test_findings_are_found_by_their_columns_alone(tables, tmp_path):
    manifest, kind = read_at(tables / "findings.csv", tmp_path, 1)
    assert (kind.name, manifest.task.kind, manifest.task.classes) == (
        "manifest",
        "multilabel",
        ("mass", "effusion"),
    )
    both = tmp_path / "both.csv"
    both.write_text("path,patient,study,body_part,label,label:mass\na.png,p,s,hand,0,1\n")
    assert task_at(both) == "binary", "with a column `label` beside them, it is as in a grid"
    assert task_at(tmp_path / "nothing") == "binary"


def test_classes_are_read_as_they_are_said_to_be(tables, tmp_path):
    labels = labels_of_options("ordinal", " none, mild ,severe,")
    assert labels == Labels("ordinal", GRADES)
    assert read_at(tables / "classes.csv", tmp_path, 1, labels)[0].task.classes == GRADES


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (Labels(), "set dataset.task: multiclass or ordinal in the grid"),
        (Labels("ordinal"), "'mild': no number"),
        (Labels("multilabel"), "needs columns label:NAME"),
        (Labels("", GRADES), "--classes: binary labels have no classes to name"),
        (Labels("multiclass", ("none", "mild", "sever")), "no row has the label 'sever'"),
    ],
)
def test_labels_of_another_kind_are_one_line(tables, tmp_path, labels, message):
    with pytest.raises(UserError, match=message) as caught:
        read_at(tables / "classes.csv", tmp_path, 1, labels)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("labels", [Labels("ordinal"), Labels("", ("a", "b"))])
def test_a_kind_of_two_classes_takes_no_other(phantom, tmp_path, labels):
    with pytest.raises(UserError, match="the labels of 'mura' are two classes"):
        read_at(phantom, tmp_path, 1, labels)
    assert read_at(phantom, tmp_path, 1, Labels("binary"))[0].task.is_binary
