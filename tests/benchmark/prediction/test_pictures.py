"""The files of an explanation: pictures of views over their maps, captions, and what could not be read."""

import re

import numpy as np
import pytest
from PIL import Image

from benchmark.errors import UserError
from benchmark.prediction import pictures
from benchmark.prediction.pictures import Item, write_pictures
from benchmark.prediction.studies import Study
from benchmark.store.kept_models import read_model
from tests.benchmark.prediction.test_predictor import record_of


@pytest.fixture(scope="module")
def model(kept_run):
    return read_model(kept_run[1], record_of(kept_run, "feature_extraction", "logistic_regression"))


@pytest.fixture
def study(kept_run):
    """A study with several views."""
    manifest = kept_run[0].manifest
    name = manifest.images["study"].value_counts().index[0]
    images = manifest.images.loc[manifest.images["study"] == name, "image"]
    return Study(name, tuple(manifest.root / image for image in images), tuple(images))


def opened(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_views_stand_over_their_maps(model, study, tmp_path):
    found = write_pictures(model, [Item("Studies", study, truth=1)], tmp_path / "out", "cpu")
    (path,) = found.files
    picture = opened(path)
    assert picture.shape == (320 * 2 + 8, len(study.images) * 328 - 8, 3)
    views, maps = picture[:320], picture[328:]
    assert (np.ptp(views, axis=2) == 0).all()
    assert (np.ptp(maps, axis=2) > 30).any()
    html = found.page.read_text()
    assert "truth: abnormal" in html
    assert "the class-activation map (Zhou et al. 2016)" in html
    assert re.search(r"probability 0\.\d{3}, judged (normal|abnormal) \(threshold 0\.\d{3}\)", html)
    assert html.count('src="data:image/jpeg;base64,') == 1
    assert "default-src 'none'" in html


def test_views_beyond_the_asked_ones_count_but_are_not_shown(model, study, tmp_path):
    few, all_views = (
        write_pictures(model, [Item("Studies", study, shown=shown)], tmp_path / str(shown), "cpu")
        for shown in (1, 12)
    )
    assert opened(few.files[0]).shape[1] == 320
    probabilities = [re.findall(r"probability (0\.\d+)", one.page.read_text()) for one in (few, all_views)]
    assert probabilities[0] == probabilities[1]


def test_a_known_box_is_outlined_in_view_and_map(model, kept_run, tmp_path):
    manifest = kept_run[0].manifest
    image = manifest.images["image"].iloc[0]
    height, width, _ = opened(manifest.root / image).shape
    item = Item(
        "Studies", Study("s", (manifest.root / image,), (image,)), boxes=((5, 5, width - 5, height - 5),)
    )
    (path,) = write_pictures(model, [item], tmp_path, "cpu").files
    framed = (opened(path) == pictures._BOX).all(axis=2)
    assert framed[:320].sum() == framed[328:].sum() > 400


def test_what_cannot_be_read_is_told_and_the_others_are_shown(model, study, tmp_path):
    bad = Study("bad", (b"no image",), ("bad",))
    found = write_pictures(model, [Item("A", bad), Item("A", study)], tmp_path, "cpu")
    assert len(found.files) == 1
    assert found.errors == ["cannot be read as an image (not a PNG, JPEG, TIFF, BMP or DICOM file)"]


def test_equal_names_get_files_of_their_own_and_the_page_has_a_limit(model, study, tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "ON_PAGE", 1)
    one = Study("<b>", study.images[:1], ("x",))
    found = write_pictures(model, [Item("Studies", one)] * 3, tmp_path, "cpu")
    html = found.page.read_text()
    assert len(set(found.files)) == 3
    assert html.count('src="data:image/jpeg;base64,') == 1
    assert "Of 3 studies the first 1 are shown" in html
    assert "&lt;b&gt;: probability" in html


def test_a_folder_that_cannot_be_made_is_said(model, study, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be made or written"):
        write_pictures(model, [Item("Studies", study)], tmp_path / "file", "cpu")
