"""A name is asked for once per version of the libraries, and a wrong one is refused every time."""

import pytest

from extractors.sources import known_names
from extractors.sources.known_names import check_names


@pytest.fixture
def asked(monkeypatch):
    asked = []

    def check(name):
        asked.append(name)
        if name == "resnet5O":
            raise ValueError("there is no backbone 'resnet5O'")

    monkeypatch.setattr(known_names, "check_name", check)
    return asked


def test_a_name_that_was_found_is_not_asked_for_again(tmp_path, asked, monkeypatch):
    check_names(["resnet50", "vgg19"], tmp_path)
    check_names(["resnet50"], tmp_path)
    assert asked == ["resnet50", "vgg19"]
    monkeypatch.setattr(known_names, "version", lambda library: "99")
    check_names(["resnet50"], tmp_path)
    assert asked == ["resnet50", "vgg19", "resnet50"]


def test_a_wrong_name_is_refused_every_time_and_a_hub_is_asked_every_time(tmp_path, asked):
    for _ in range(2):
        with pytest.raises(ValueError, match="no backbone"):
            check_names(["resnet5O"], tmp_path)
        check_names(["hf-hub:lab/net", "torchvision/vgg19"], tmp_path)
    assert asked == ["resnet5O", "hf-hub:lab/net", "torchvision/vgg19"] * 2


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"versions": 1, "names": ["resnet5O"]}'])
def test_a_damaged_note_knows_nothing(tmp_path, asked, content):
    (tmp_path / "backbones.json").write_text(content)
    with pytest.raises(ValueError, match="no backbone"):
        check_names(["resnet5O"], tmp_path)


def test_no_folder_is_made(tmp_path, asked):
    check_names(["resnet50"], tmp_path / "absent")
    assert list(tmp_path.iterdir()) == []
