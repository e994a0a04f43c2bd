"""The atlas in the page: as many points and thumbnails as the detail allows, the wrong images first."""

import shutil

import pandas as pd
import pytest

from benchmark.analysis.findings import find
from benchmark.reporting.atlas_block import atlas_blocks
from benchmark.reporting.figure_files import Drawn
from benchmark.reporting.page_parts import Detail, Parts
from results.outcomes import WRONG
from results.page import Prose, ScatterBlock

NAMES = ("embedding_atlas_frozen", "embedding_atlas_hand_crafted")


@pytest.fixture(scope="module")
def findings(pictured):
    return find(pictured.answers, pictured.plan)


def parts_of(folder, detail, names=NAMES):
    drawn = [Drawn(name, "An atlas.", [folder / f"{name}.png"], pd.DataFrame()) for name in names]
    return Parts(folder, drawn, [], detail)


def test_all_points_are_there_where_there_is_room(findings, tmp_path):
    blocks = atlas_blocks(findings, parts_of(tmp_path, Detail(700, 5000, 30, 100)))
    assert [type(block) for block in blocks] == [ScatterBlock] * 2
    images = len(findings.plan.manifest.images)
    for block in blocks:
        assert len(block.frame) == images
        assert block.caption == f"An atlas. All {images} images. Thumbnails of 30, the wrong ones first."
        assert list(block.thumbnails) == list(range(30))
        assert all(picture.startswith(b"\xff\xd8\xff") for picture in block.thumbnails.values())


def test_where_there_is_less_the_wrong_images_are_kept(findings, tmp_path):
    block = atlas_blocks(findings, parts_of(tmp_path, Detail(700, 60, 0, 100)))[0]
    wrong = block.frame["outcome"].isin(WRONG)
    whole = findings.atlases["feature_extraction"].made.points["outcome"].isin(WRONG).sum()
    assert len(block.frame) == 60
    assert wrong.sum() == min(60, whole)
    assert wrong[: wrong.sum()].all(), "they come first"
    assert f"60 of {len(findings.plan.manifest.images)} images" in block.caption
    assert block.thumbnails == {}


def test_only_what_was_drawn_is_shown(findings, tmp_path):
    assert len(atlas_blocks(findings, parts_of(tmp_path, Detail(700, 9, 9, 100), NAMES[:1]))) == 1


def test_without_the_pixels_there_are_points_and_a_line(pictured_copy, tmp_path):
    cache = pictured_copy.answers.cells.records.folder.parent / ".cache"
    shutil.rmtree(cache / "pixels")
    found = find(pictured_copy.answers, pictured_copy.plan)
    first, second, line = atlas_blocks(found, parts_of(tmp_path, Detail(700, 5000, 30, 100)))
    assert first.thumbnails == second.thumbnails == {}
    assert line == Prose("No thumbnails: the decoded pixels are not in the cache any more.")
