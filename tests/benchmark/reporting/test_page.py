"""report.html: one file with the answer first, every part of the study, and nothing from elsewhere."""

import re
import shutil
from dataclasses import replace

import pytest

from benchmark.reporting import page as page_module
from benchmark.reporting.figure_files import Drawn
from benchmark.reporting.methods_facts import facts_of
from benchmark.reporting.page import MOST_BYTES, page
from benchmark.reporting.page_parts import DETAILS, Detail
from benchmark.reporting.write import write_report
from results.methods_text import methods
from tests.benchmark.planted import ALONE
from tests.benchmark.reporting.parts import names


@pytest.fixture(scope="module")
def text(report):
    return (report.folder / "report.html").read_text(encoding="utf-8")


def written_page(findings, folder, figures=()):
    return page(findings, folder, figures, [], methods(facts_of(findings)), [], "name: planted")


def titles(text):
    return [re.sub("<[^>]+>", "", title) for title in re.findall(r"<h2[^>]*>(.*?)</h2>", text)]


def test_the_answer_comes_first_and_sections_without_content_are_left_out(text):
    found = titles(text)
    assert found[:2] == ["The answer", "By body part and size"]
    assert found[-1] == "Grid, versions and digests"
    assert "Controls" not in found, "the grid has none"
    assert len(set(found)) == len(found)


def test_it_is_one_file_that_asks_no_other_place_for_anything(text):
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=[\"']?(https?:|/|\w+/)", text)
    for words in ("resnet34", "train_sizes:", "predictions_sha256", "Holm", "What was left out"):
        assert words in text


def test_its_links_to_files_hold(report, text):
    links = set(re.findall(r'href="((?:figures|tables)/[^"]+)"', text))
    assert links
    assert all((report.folder / link).is_file() for link in links)


def test_what_could_not_be_drawn_is_listed(report):
    figures = [Drawn("roc_elbow", "ROC", reason="a reason of its own")]
    text = written_page(report.findings, report.folder, figures)
    assert "a reason of its own" in text
    assert "data:image/png" not in text


def test_a_split_that_leaks_is_in_the_subtitle(report):
    evaluated = report.findings.evaluated
    for protocol, words in (
        ("image", "LEAKY split by image"),
        ("official", "LEAKY split: patients in training and in test"),
    ):
        changes = {"leaky": True, "protocol": protocol}
        leaky = [record.model_copy(update=changes) for record in evaluated.finished]
        findings = replace(report.findings, evaluated=replace(evaluated, finished=leaky))
        assert words in written_page(findings, report.folder)


def test_published_values_of_other_test_sets_belong_to_mura_alone(report):
    evaluated = report.findings.evaluated
    other = [record.model_copy(update={"dataset": "manifest"}) for record in evaluated.finished]
    findings = replace(report.findings, evaluated=replace(evaluated, finished=other))
    assert "Published elsewhere" not in titles(written_page(findings, report.folder))


def section(text, name):
    return re.search(rf'<section id="{name}".*?</section>', text, re.DOTALL)[0]


@pytest.mark.usefixtures("one_pixel_figures")
def test_pictures_have_their_sections_and_less_of_them_where_the_page_is_too_large(
    pictured, tmp_path, monkeypatch
):
    written = write_report(pictured.plan, pictured.answers, tmp_path / "paper", ALONE, "name: pictured")
    text = (written.folder / "report.html").read_text(encoding="utf-8")
    assert len(text) < MOST_BYTES
    assert "data:image/jpeg" in section(text, "examples-of-predictions")
    assert section(text, "the-embedding").count("<canvas") == 2
    assert "figures/augmentation_end-to-end.png" in section(text, "augmentation")
    assert {"examples", "embedding_atlas", "augmentations"} <= names(written.tables)
    assert text.count("<script>") == 1
    images = len(pictured.plan.manifest.images)
    assert f"All {images} images. Thumbnails of {min(images, DETAILS[0].thumbnails)}" in text

    monkeypatch.setattr(page_module, "DETAILS", (DETAILS[0], Detail(700, 50, 0, 1000)))
    monkeypatch.setattr(page_module, "MOST_BYTES", len(text.encode()) // 2)
    less = written_page(written.findings, written.folder, written.figures)
    assert "Thumbnails" not in less
    assert f"50 of {images} images" in less


@pytest.mark.usefixtures("one_pixel_figures")
def test_without_a_cache_each_section_says_so_and_the_rest_is_made(pictured_copy, tmp_path):
    shutil.rmtree(pictured_copy.answers.cells.records.folder.parent / ".cache")
    written = write_report(pictured_copy.plan, pictured_copy.answers, tmp_path / "paper", ALONE, "")
    text = (written.folder / "report.html").read_text(encoding="utf-8")
    for name in ("examples-of-predictions", "the-embedding", "augmentation"):
        assert "in the cache any more." in section(text, name)
        assert "<img" not in section(text, name)
    assert "roc_all" in {figure.name for figure in written.figures if figure.files}
