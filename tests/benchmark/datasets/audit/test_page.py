from dataclasses import replace

from benchmark.datasets.audit.checks import audit
from benchmark.datasets.audit.page import SHOWN, page, write_page
from tests.benchmark.datasets.audit.conftest import HOSTILE


def test_pairs_are_shown_and_text_of_the_data_set_is_escaped(planted):
    html = page(audit(planted), f"Audit of {HOSTILE}")
    assert html.count("data:image/png;base64,") == 3
    assert HOSTILE not in html
    assert "alert(1)" in html
    assert "AUDIT010" in html


def test_the_page_does_not_grow_with_the_number_of_pairs(planted):
    audited = audit(planted)
    first = audited.findings[0]
    many = replace(first, copies=first.copies * 500)
    html = page(replace(audited, findings=(many,)), "Audit")
    assert html.count("data:image/png;base64,") == SHOWN
    assert len(html) < 12_000_000
    assert f"first {SHOWN} of 500" in html


def test_a_file_that_is_gone_since_is_left_out(planted, tmp_path):
    audited = audit(planted)
    gone = replace(audited, manifest=replace(audited.manifest, root=tmp_path))
    path = write_page(gone, tmp_path / "new", "Audit")
    assert "data:image/png" not in path.read_text()
