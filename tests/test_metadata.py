"""Version, licence and citation say the same wherever they are written; hooks use the tools of `make lint`."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_citation_is_of_this_version_and_licence():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= citation.keys(), "what the format needs"
    assert (citation["version"], citation["license"]) == (PROJECT["version"], PROJECT["license"])
    assert citation["authors"] == PROJECT["authors"]


def test_the_change_log_has_this_version():
    versions = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0] == "Unreleased"
    assert PROJECT["version"] in versions


def test_the_licence_is_in_the_package_and_on_the_model_card():
    assert PROJECT["license"] == "Apache-2.0"
    (file,) = PROJECT["license-files"]
    assert "Apache License" in (ROOT / file).read_text()
    assert "Apache-2.0" in (ROOT / "extractors" / "bundled" / "MODEL_CARD.md").read_text()


def test_hooks_call_what_make_lint_calls_and_download_nothing():
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local"
    lint = (ROOT / "Makefile").read_text().replace("$(BIN)", ".venv/bin").replace("--check ", "")
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert f"\t{hook['entry'].removesuffix(' --force-exclude')}" in lint


def test_every_link_between_pages_leads_to_a_file():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text())
    ]
    assert [(str(page), target) for page, target in links if not (page.parent / target).exists()] == []
