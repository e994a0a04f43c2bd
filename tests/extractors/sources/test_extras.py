import sys
import warnings

import pytest

from extractors.sources.extras import library


def test_an_absent_library_names_its_extra():
    with pytest.raises(
        ValueError, match=r"^the library no_such_library is not installed: pip install 'benchmark\[some\]'$"
    ):
        library("no_such_library", "some")


def test_a_broken_library_says_why(tmp_path, monkeypatch):
    (tmp_path / "half_installed.py").write_text("import no_such_part")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(
        ValueError, match=r"half_installed cannot be imported \(No module named 'no_such_part'\)"
    ):
        library("half_installed", "some")


def test_its_import_changes_no_filters_of_warnings(tmp_path, monkeypatch):
    (tmp_path / "careless.py").write_text(
        "import warnings; warnings.filterwarnings('ignore'); warnings.warn('x')"
    )
    monkeypatch.syspath_prepend(tmp_path)
    before = list(warnings.filters)
    assert library("careless", "some") is sys.modules["careless"]
    assert list(warnings.filters) == before
