from pathlib import Path

import pytest

from extractors.specs import (
    BackboneSpec,
    ConcatSpec,
    DescriptorSpec,
    embedding_folder,
    networks_of,
    parts_of,
)

BYTES = b"weights"


@pytest.mark.parametrize(
    ("extractor", "folder"),
    [
        (BackboneSpec("resnet50"), "daf760f27fa962be0683"),
        (BackboneSpec("resnet50", "random"), "763c766e98a41f2cfe39"),
        (BackboneSpec("torchvision/resnet18"), "234d5dbe3f53c2cf4f50"),
        (BackboneSpec("bundled"), "14d8231674269d1a076a"),
        (BackboneSpec("bundled", "random"), "0cfeefda37dc86c3d47d"),
        (BackboneSpec("bundled", mean=(0.4,)), "b64d8daa8f93e5fb2c61"),
        (BackboneSpec("bundled", "FILE"), "fa006c42800048c75b28"),
        (BackboneSpec("resnet18", "FILE", {"in_chans": 1}, (0.5,), (0.2,)), "4578edb61e63f58b9d4f"),
        (DescriptorSpec("edges"), "cbf4837ba2e914071543"),
        (DescriptorSpec("combined"), "2326ff089009d639ee16"),
    ],
    ids=str,
)
def test_stored_embeddings_keep_the_folder_that_the_first_version_gave_them(
    extractor, folder, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Path("FILE").write_bytes(BYTES)
    assert embedding_folder(Path(), "pixels", extractor).name == folder


def test_a_backbone_has_the_own_weights_of_its_source_unless_others_are_named(tmp_path):
    assert BackboneSpec("resnet50") == BackboneSpec("resnet50", "imagenet")
    assert BackboneSpec("bundled") == BackboneSpec("bundled", "bundled")
    assert BackboneSpec("resnet50").weights_file is None
    assert BackboneSpec("resnet50", "random").weights_file is None
    assert BackboneSpec("resnet50", "here/w.pth").weights_file == Path("here/w.pth")
    assert BackboneSpec("resnet50", "here/w.pth").asked() == {"name": "resnet50", "weights": "w.pth"}


def test_a_mirrored_view_is_another_embedding_and_the_default_is_no_new_one():
    plain, mirrored = BackboneSpec("resnet50"), BackboneSpec("resnet50", flip="average")
    assert plain.asked() == {"name": "resnet50"}
    assert mirrored.asked() == {"name": "resnet50", "flip": "average"}
    assert mirrored.identity() == {**plain.identity(), "flip": "average"}
    assert (plain.label, mirrored.label) == ("resnet50", "resnet50-flip")
    assert BackboneSpec("resnet50", "random", flip="average").label == "resnet50-random-flip"


def test_a_concatenation_is_known_by_its_parts_in_their_order():
    one, two = BackboneSpec("resnet50"), BackboneSpec("densenet169", "random")
    both = ConcatSpec((one, two))
    assert both.label == "resnet50 + densenet169-random"
    assert both.asked() == {"concat": [one.asked(), two.asked()]}
    assert both.identity() == {"concat": [one.identity(), two.identity()]}
    assert ConcatSpec((two, one)).asked() != both.asked()
    assert networks_of(both) == (one, two)
    assert (networks_of(one), networks_of(DescriptorSpec("hog"))) == ((one,), ())
    assert list(parts_of([both, one, DescriptorSpec("hog")])) == ["resnet50", "densenet169-random", "hog"]
