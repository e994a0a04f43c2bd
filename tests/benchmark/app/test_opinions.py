import logging
import random
import resource
import struct
import zlib
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from benchmark.app.decoding import Decoder
from benchmark.app.opinions import judge_of
from benchmark.app.uploads import Upload
from benchmark.errors import UserError
from benchmark.prediction.studies import Study
from benchmark.store.kept_models import read_model
from tests.benchmark.app.test_decoding import KILLS
from tests.benchmark.app.test_decoding import hostile as crashing
from tests.extractors.dicom_cases import saved
from tests.faults.images import OTHERS, originals
from tests.faults.mutations import mutated_bytes

KIB_MOST = 2**20  # the memory that uploads may add: a GiB, of the kibibytes of ru_maxrss


def test_the_opinion_is_what_the_predictor_says_of_the_files(judge, views, view_files):
    opinion = judge.opinion(views)
    study = Study("study", tuple(view_files), tuple(path.name for path in view_files))
    (said,) = judge.predictor.predict([study])
    assert opinion.prediction == said
    assert [view.prediction for view in opinion.views] == list(said.images)
    assert opinion.threshold == judge.predictor.model.record.threshold
    assert opinion.coverage == 0.9


def test_each_view_has_a_picture_and_a_map_over_it(judge, views):
    for view in judge.opinion(views).views:
        assert view.picture.mode == "L"
        assert view.mapped.size == view.picture.size
        channels = np.asarray(view.mapped)
        coloured = bool((channels.min(axis=2) < channels.max(axis=2)).any())
        assert coloured == view.speaks


def test_a_map_of_nothing_is_told(judge, views):
    silent = replace(judge, explainer=lambda pixels: np.zeros(pixels.shape, np.float32))
    assert [view.speaks for view in silent.opinion(views).views] == [False] * len(views)


def test_a_model_without_a_map_says_why(kept_run, kept, views):
    judge = judge_of(read_model(kept_run[1], kept["feature_extraction", "majority"].record))
    opinion = judge.opinion(views)
    assert "has no map" in opinion.no_map
    assert [view.mapped for view in opinion.views] == [None] * len(views)


@pytest.mark.parametrize(
    "method",
    [
        ("fine_tuning", "end_to_end"),
        ("feature_extraction", "rbf_svm"),
        ("hand_crafted", "logistic_regression"),
    ],
)
def test_every_kind_of_model_judges_and_maps(kept_run, kept, views, method):
    opinion = judge_of(read_model(kept_run[1], kept[method].record)).opinion(views)
    assert 0 <= opinion.prediction.probability <= 1
    assert all(view.mapped is not None for view in opinion.views)


def test_the_view_that_cannot_be_read_is_named(judge, views):
    with pytest.raises(UserError, match=r"^x\.png: cannot be read as an image \(not a PNG.*; remove it$"):
        judge.opinion([views[0], Upload("x.png", b"no image")])


def test_a_view_whose_decoder_crashes_is_named_and_the_next_study_is_judged(judge, views, monkeypatch):
    decoder = Decoder(crashing)
    monkeypatch.setattr("benchmark.app.opinions.DECODER", decoder)
    with pytest.raises(
        UserError, match=r"^bad: cannot be read as an image \(it makes its decoder crash\); rem"
    ):
        judge.opinion([views[0], Upload("bad", KILLS)])
    assert len(judge.opinion(views).views) == len(views)
    decoder._end()


def test_a_dicom_file_is_judged_by_its_content(judge, tmp_path):
    values = np.random.default_rng(0).integers(0, 4096, (64, 48), dtype=np.uint16)
    file = saved(tmp_path / "a.dcm", values, BitsStored=12, HighBit=11)
    opinion = judge.opinion([Upload("IM000001", file.read_bytes())])
    assert opinion.views[0].prediction.image == "IM000001"
    assert 0 <= opinion.prediction.probability <= 1


def test_a_picture_that_is_no_radiograph_is_judged_with_a_warning(judge, coloured):
    opinion = judge.opinion([Upload("photo.png", coloured)])
    assert "probably no radiograph: it is a coloured picture" in opinion.views[0].prediction.warnings


def hostile(judge, folder, count):
    """Judge damaged uploads; what is not judged must be refused in one line. The counts of both."""
    choose, wholes = random.Random(0), [path.read_bytes() for path in originals(folder)]
    contents = [*OTHERS.values(), *(mutated_bytes(choose.choice(wholes), choose) for _ in range(count))]
    judged, refusals = 0, []
    for number, content in enumerate(contents):
        try:
            opinion = judge.opinion([Upload(f"{number}.dcm", content)])
        except UserError as error:
            refusals.append(str(error))
        else:
            judged += 1
            assert np.isfinite(opinion.prediction.probability)
    assert [line for line in refusals if not line or "\n" in line] == []
    return judged, len(refusals)


def assert_survived(judge, views, folder, count, caplog):
    before, peak = judge.opinion(views), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with caplog.at_level(logging.DEBUG):
        judged, refused = hostile(judge, folder, count)
    assert judged > 0
    assert refused > 0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < KIB_MOST
    assert ".dcm" not in caplog.text, "no name of an upload in a log"
    assert judge.opinion(views).prediction == before.prediction


def test_damaged_uploads_are_judged_or_refused_in_a_line(judge, views, tmp_path, caplog):
    assert_survived(judge, views, tmp_path, 100, caplog)


@pytest.mark.slow
def test_a_thousand_damaged_uploads_are_judged_or_refused_in_a_line(judge, views, tmp_path, caplog):
    assert_survived(judge, views, tmp_path, 1000, caplog)


def png_that_claims(width, height):
    """A small PNG whose header says another size."""
    buffer = BytesIO()
    Image.new("L", (8, 8)).save(buffer, "PNG")
    content = bytearray(buffer.getvalue())
    content[16:24] = struct.pack(">II", width, height)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    return bytes(content)


def test_an_image_that_would_fill_the_memory_is_not_decoded(judge):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UserError, match=r"^large\.png: cannot be read as an image .*limit.*; remove it$"):
        judge.opinion([Upload("large.png", png_that_claims(60_000, 60_000))])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < KIB_MOST / 10
