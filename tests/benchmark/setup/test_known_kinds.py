import pytest

from benchmark.errors import UserError
from benchmark.setup.known_kinds import in_manifest, in_mura, is_mura
from tests.benchmark.setup.drawn import asked_of, draw_classes, draw_splits

HEAD = "path,patient,study,body_part,label\n"


def test_mura_is_told_from_other_folders_of_splits(tmp_path, phantom):
    assert is_mura(phantom)
    assert is_mura(phantom.parent)
    assert not is_mura(draw_splits(tmp_path, 1, 1, 1))


def test_mura_is_named_as_it_is(tmp_path, phantom):
    found = in_mura(asked_of(phantom, tmp_path))
    assert found.dataset == {"kind": "mura", "root": str(phantom)}
    assert found.manifest.evaluated_on == "valid"
    assert found.makes == ()
    with pytest.raises(UserError, match="--abnormal is for folders"):
        in_mura(asked_of(phantom, tmp_path, abnormal=("x",)))


def test_a_manifest_is_read_and_called_by_its_folder(tmp_path):
    draw_classes(tmp_path / "wrists", images=1)
    csv = tmp_path / "wrists/manifest.csv"
    csv.write_text(HEAD + "normal/000.png,1,1,wrist,0\nabnormal/000.png,2,1,wrist,1\n")
    found = in_manifest(asked_of(csv, tmp_path))
    assert found.dataset == {"kind": "manifest", "root": "wrists/manifest.csv"}
    assert found.name == "wrists"
    assert in_manifest(asked_of(csv.parent, tmp_path)).name == "wrists"


def test_images_outside_of_a_manifests_folder_are_allowed_and_that_is_said(tmp_path):
    draw_classes(tmp_path / "images", images=1)
    (tmp_path / "lists").mkdir()
    csv = tmp_path / "lists/a.csv"
    csv.write_text(HEAD + "../images/normal/000.png,1,1,wrist,0\n")
    found = in_manifest(asked_of(csv, tmp_path))
    assert found.dataset["allow_outside"] is True
    assert any("allow_outside" in note for note in found.notes)


def test_a_manifest_that_cannot_be_read_says_its_first_reason(tmp_path):
    (tmp_path / "a.csv").write_text(HEAD + "gone.png,1,1,wrist,0\n")
    with pytest.raises(UserError, match=r"gone\.png"):
        in_manifest(asked_of(tmp_path / "a.csv", tmp_path))
