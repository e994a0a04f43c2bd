"""Kept models against the records of their cells, and what the predictor says about unusual images."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.prediction.predictor import ABSTAINS, Predictor, predictor_of
from benchmark.prediction.studies import Study
from benchmark.store.kept_models import read_model
from benchmark.store.record import Finished

KINDS = (
    ("feature_extraction", "logistic_regression"),
    ("feature_extraction", "linear_svm"),
    ("feature_extraction", "rbf_svm"),
    ("feature_extraction", "xgboost"),
    ("feature_extraction", "knn"),
    ("feature_extraction", "majority"),
    ("hand_crafted", "logistic_regression"),
    ("fine_tuning", "end_to_end"),
)


def record_of(kept_run, strategy, classifier) -> Finished:
    _, records = kept_run
    (found,) = (r for r in records.all() if (r.strategy, r.classifier) == (strategy, classifier))
    return found


@pytest.fixture(scope="module")
def predictor(kept_run) -> Predictor:
    record = record_of(kept_run, "feature_extraction", "logistic_regression")
    return predictor_of(read_model(kept_run[1], record), device="cpu")


def study(root: Path, image: str) -> Study:
    return Study(image, (root / image,), (image,))


def png(pixels) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(("strategy", "classifier"), KINDS)
def test_a_kept_model_gives_the_probabilities_of_its_record(kept_run, strategy, classifier):
    plan, records = kept_run
    record = record_of(kept_run, strategy, classifier)
    known = records.read_predictions(record)
    found = predictor_of(read_model(records, record), device="cpu").predict(
        study(plan.manifest.root, image) for image in known["image"]
    )
    probabilities = np.array([one.probability for one in found])
    assert probabilities == pytest.approx(known["probability"].to_numpy(), abs=1e-6)


def test_a_study_is_the_mean_of_its_images_and_judged_at_the_threshold(kept_run, predictor):
    plan, records = kept_run
    known = records.read_predictions(predictor.model.record)
    name, rows = next((n, rows) for n, rows in known.groupby("study") if len(rows) > 1)
    images = tuple(plan.manifest.root / image for image in rows["image"])
    (found,) = predictor.predict([Study(name, images, tuple(rows["image"]))])
    assert found.probability == pytest.approx(rows["probability"].mean(), abs=1e-6)
    assert found.label == int(found.probability >= predictor.model.record.threshold)
    assert [image.image for image in found.images] == list(rows["image"])


def test_bytes_and_files_are_judged_alike(kept_run, predictor):
    path = next(kept_run[0].manifest.root.rglob("*.png"))
    by_file, by_bytes = predictor.predict(
        [Study("a", (path,), ("a",)), Study("b", (path.read_bytes(),), ("b",))]
    )
    assert by_file.images[0].probability == by_bytes.images[0].probability


def test_an_image_that_cannot_be_read_is_told_and_the_others_are_judged(kept_run, predictor):
    path = next(kept_run[0].manifest.root.rglob("*.png"))
    bad, good = predictor.predict([Study("bad", (b"no image",), ("x",)), Study("good", (path,), ("y",))])
    assert bad.error.startswith("cannot be read as an image")
    assert (bad.probability, good.error) == (None, "")


def test_training_images_are_seldom_called_unlike_and_noise_is(kept_run, predictor):
    plan, _ = kept_run
    names = plan.manifest.images["image"].iloc[plan.pool][:60]
    found = list(predictor.predict(study(plan.manifest.root, image) for image in names))
    assert sum("unlike the training images" in one.warnings for one in found) <= 3
    noise = np.random.default_rng(0).integers(0, 256, (40, 40), dtype=np.uint8)
    (judged,) = predictor.predict([Study("noise", (png(noise),), ("noise",))])
    assert "unlike the training images" in judged.warnings


def test_colours_and_plain_areas_are_no_radiographs(predictor):
    picture = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    grey = np.full((40, 40), 128, np.uint8)
    coloured, flat = predictor.predict(
        [Study("colours", (png(picture),), ("c",)), Study("flat", (png(grey),), ("f",))]
    )
    assert "probably no radiograph: it is a coloured picture" in coloured.warnings
    assert "probably no radiograph: it is nearly one grey value" in flat.warnings


def test_a_radiograph_that_was_saved_in_colour_mode_is_one(kept_run, predictor):
    path = next(kept_run[0].manifest.root.rglob("*.png"))
    (found,) = predictor.predict([Study("rgb", (png(np.asarray(Image.open(path).convert("RGB"))),), ("r",))])
    assert not any("coloured" in warning for warning in found.warnings)


def test_a_high_coverage_abstains_more(kept_run):
    plan, records = kept_run
    model = read_model(records, record_of(kept_run, "feature_extraction", "logistic_regression"))
    names = [str(image) for image in plan.manifest.images["image"].iloc[plan.test]]
    shares = []
    for coverage in (0.6, 0.95):
        found = predictor_of(model, coverage=coverage, device="cpu").predict(
            study(plan.manifest.root, image) for image in names
        )
        shares.append(np.mean([one.decision == ABSTAINS for one in found]))
    assert shares[0] < shares[1]
