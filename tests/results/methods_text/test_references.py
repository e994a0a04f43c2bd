"""references.bib: every entry complete, every key cited, every work shown and linked."""

import re
from importlib.resources import files

import pytest

from classifiers.catalogue import CLASSIFIERS
from extractors.sources import sources
from results.methods_text import bibliography, references
from results.methods_text.references import read_bibtex
from results.page.prose import paragraphs

NEEDED = {
    "article": {"author", "title", "journal", "year"},
    "inproceedings": {"author", "title", "booktitle", "year"},
    "incollection": {"author", "title", "booktitle", "publisher", "year"},
    "book": {"author", "title", "publisher", "year"},
    "misc": {"author", "title", "year"},
}
BY_MANIFESTS = {"rajpurkar2018mura", "yang2023medmnist", "kermany2018pneumonia"}
BY_REGISTRIES = {key for entry in CLASSIFIERS.values() for key in entry.citations}
BY_REGISTRIES |= {source.citation for source in sources().values() if source.citation}


def source(name):
    return (files("results.methods_text") / name).read_text(encoding="utf-8")


def test_every_entry_is_complete():
    for key, entry in references().items():
        assert NEEDED[entry.kind] <= entry.fields.keys(), key
        assert re.fullmatch(r"\d{4}", entry.fields["year"]), key
        assert entry.fields.keys() & {"doi", "url"}, key
        assert entry.fields.get("url", "https://").startswith("https://"), key
        assert re.fullmatch(r"10\.\d{4,9}/\S+", entry.fields.get("doi", "10.1234/x")), key
    assert len({entry.short for entry in references().values()}) == len(references())


def test_no_entry_or_field_is_overlooked():
    text = source("references.bib")
    assert len(references()) == len(re.findall(r"^@", text, re.MULTILINE))
    fields = sum(len(entry.fields) for entry in references().values())
    assert fields == len(re.findall(r"^  \S", text, re.MULTILINE))
    assert text.count("{") == text.count("}")


def test_every_cited_key_is_there_and_every_entry_is_cited():
    calls = re.findall(r"\bcite\(([^)]*)\)", source("methods.md.j2"))
    in_template = {key for call in calls for key in re.findall(r'"(\w+)"', call)}
    assert in_template | BY_REGISTRIES | BY_MANIFESTS == references().keys()


def test_a_line_of_the_list():
    assert references()["efron1993bootstrap"].markdown == (
        "Efron B, Tibshirani RJ. An introduction to the bootstrap. Chapman & Hall, New York, 1993. "
        "[doi:10.1007/978-1-4899-4541-9](<https://doi.org/10.1007/978-1-4899-4541-9>)"
    )
    assert references()["kermany2018pneumonia"].markdown.startswith(
        "Kermany DS, Goldbaum M, Cai W, et al. Identifying medical diagnoses and treatable diseases by "
        "image-based deep learning. Cell 172(5):1122–1131, 2018. [doi:"
    )
    shorts = [
        references()[key].short for key in ("holm1979sequentially", "chen2016xgboost", "torchvision2016")
    ]
    assert shorts == ["Holm 1979", "Chen & Guestrin 2016", "TorchVision 2016"]


def test_every_work_has_one_link_on_the_page():
    for key, entry in references().items():
        html = str(paragraphs(entry.markdown, ()))
        assert [link[:8] for link in re.findall(r'href="([^"]*)"', html)] == ["https://"], key
        assert not re.search(r"[{}\\]|\]\(", html), key


def test_the_bibliography_is_the_files_own_text_in_the_order_of_the_keys():
    text = bibliography(["holm1979sequentially", "efron1993bootstrap", "holm1979sequentially"])
    assert [entry.key for entry in read_bibtex(text)] == ["holm1979sequentially", "efron1993bootstrap"]
    assert "  publisher = {Chapman \\& Hall},\n" in text
    assert bibliography(references()).strip() == source("references.bib").partition("\n\n")[2].strip()


def test_two_entries_of_one_key_are_an_error():
    with pytest.raises(ValueError, match="key 'a'"):
        read_bibtex("@misc{a,\n  title = {x},\n}\n\n@misc{a,\n  title = {y},\n}\n")
