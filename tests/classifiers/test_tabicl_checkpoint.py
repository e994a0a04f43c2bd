"""Where TabICL's weights are, and what is said where they are not."""

import pytest

from classifiers import tabicl_checkpoint
from classifiers.catalogue import CLASSIFIERS
from classifiers.tabicl_checkpoint import VARIABLE, checkpoint, identity, why_absent


def test_weights_that_are_there_count_by_their_digest(tmp_path, monkeypatch):
    monkeypatch.setattr(tabicl_checkpoint, "find_spec", lambda name: name)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "a"))
    (tmp_path / "a").write_bytes(b"one")
    assert (why_absent(), checkpoint()) == ("", tmp_path / "a")
    one = identity()
    (tmp_path / "a").write_bytes(b"other")
    assert identity().keys() == {"checkpoint"}
    assert identity() != one


@pytest.mark.parametrize(
    ("installed", "named", "said"),
    [
        (False, "", "install the extra"),
        (True, "", f"set {VARIABLE}"),
        (True, "nowhere", "nowhere, which is no file"),
    ],
)
def test_what_is_absent_is_said_in_one_line(installed, named, said, monkeypatch):
    monkeypatch.setattr(tabicl_checkpoint, "find_spec", lambda name: name if installed else None)
    monkeypatch.setenv(VARIABLE, named)
    assert said in why_absent()
    assert "\n" not in why_absent()
    with pytest.raises(ValueError, match="TabICL"):
        checkpoint()


def test_no_other_classifier_needs_anything():
    needing = [name for name, entry in CLASSIFIERS.items() if entry.why_absent() or name == "tabicl"]
    assert needing == ["tabicl"]
    assert all(CLASSIFIERS[name].identity() == {} for name in CLASSIFIERS.keys() - {"tabicl"})
