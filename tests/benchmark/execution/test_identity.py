"""What tells that two machines compute the same."""

import shutil

from benchmark.execution import identity as module
from benchmark.execution.identity import differences, identity


def test_the_identity_names_code_and_libraries():
    known = identity()
    assert {"python", "torch", "numpy", "code"} <= known.keys()
    assert differences(known, dict(known)) == ""


def test_differences_are_words():
    assert differences({"torch": "2", "code": "a"}, {"torch": "3"}) == (
        "torch 3 instead of 2, code unknown instead of a"
    )


def test_the_digest_changes_with_any_source_file(tmp_path):
    (tmp_path / "benchmark").mkdir()
    (tmp_path / "benchmark" / "a.py").write_text("1")
    before = module._code_digest(tmp_path)
    (tmp_path / "benchmark" / "note.txt").write_text("no code")
    assert module._code_digest(tmp_path) == before
    (tmp_path / "benchmark" / "a.py").write_text("2")
    changed = module._code_digest(tmp_path)
    shutil.move(tmp_path / "benchmark" / "a.py", tmp_path / "benchmark" / "b.py")
    assert len({before, changed, module._code_digest(tmp_path)}) == 3
