"""The study runs from end to end and writes its page."""

import pytest

from tests.validity import every_metric, study, worlds


@pytest.fixture
def small_populations(monkeypatch):
    for module in (worlds, every_metric):
        monkeypatch.setattr(module, "_CHUNKS", 2)
        monkeypatch.setattr(module, "_PATIENTS", 2000)


@pytest.mark.slow
def test_a_few_data_sets_make_a_page(small_populations, monkeypatch, tmp_path):
    out = tmp_path / "validity.md"
    words = ["study", "--datasets", "4", "--kept", str(tmp_path), "--out", str(out)]
    monkeypatch.setattr("sys.argv", words)
    study.main()
    text = out.read_text(encoding="utf-8")
    assert text.count("\n## ") == 11
    assert "nan" not in text
    monkeypatch.setattr("sys.argv", [*words, "--sections"])
    study.main()
    assert out.read_text(encoding="utf-8") == text, "the rows that were kept make the same page"
