"""What the text of a library names is not asked for again; all else is, and a wrong name is refused."""

import subprocess
import sys

import pytest

from extractors.sources import known_names, timm, torchvision
from extractors.sources.known_names import check_names, registered


@pytest.fixture
def asked(monkeypatch):
    asked = []

    def check(name):
        asked.append(name)
        if name == "resnet5O":
            raise ValueError("there is no backbone 'resnet5O'")

    monkeypatch.setattr(known_names, "check_name", check)
    return asked


def test_the_text_of_timm_names_what_timm_lists():
    assert registered("timm") <= set(timm.names())
    assert len(registered("timm")) > 0.95 * len(timm.names())


def test_the_text_of_torchvision_names_what_torchvision_lists():
    assert {f"torchvision/{name}" for name in registered("torchvision")} == set(torchvision.names())


def test_a_name_of_the_text_is_not_asked_for(asked):
    check_names(["resnet50", "resnet50.a1_in1k", "torchvision/vgg19"])
    assert asked == []


def test_other_names_are_asked_for(asked):
    with pytest.raises(ValueError, match="no backbone"):
        check_names(["resnet5O"])
    check_names(["hf-hub:lab/net", "bundled", "local-dir:resnet50", "torchvision/resnet5O"])
    assert asked == ["resnet5O", "bundled", "hf-hub:lab/net", "local-dir:resnet50", "torchvision/resnet5O"]


@pytest.mark.parametrize("text", ["", "register_model = None\n", None])
def test_a_library_of_another_layout_is_asked(tmp_path, asked, monkeypatch, text):
    registered.cache_clear()
    (tmp_path / "models").mkdir()
    if text is not None:
        (tmp_path / "models" / "nets.py").write_text(text)
    monkeypatch.setattr(known_names, "find_spec", lambda library: Spec([str(tmp_path)]))
    check_names(["resnet50"])
    monkeypatch.setattr(known_names, "find_spec", lambda library: None)
    registered.cache_clear()
    check_names(["vgg19"])
    assert asked == ["resnet50", "vgg19"]
    registered.cache_clear()


class Spec:
    """Where a library lies."""

    def __init__(self, folders):
        self.submodule_search_locations = folders


def test_the_libraries_are_not_imported():
    code = (
        "import sys; from extractors.sources.known_names import check_names\n"
        "check_names(['resnet50', 'torchvision/vgg19'])\n"
        "print([name for name in ('torch', 'timm', 'torchvision') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
