from dataclasses import replace

import numpy as np
import pytest

from benchmark.errors import UserError
from benchmark.prediction import scoring
from benchmark.prediction.cells import models_of
from benchmark.prediction.scoring import scorer_of, tuned_network
from benchmark.store.kept_models import read_model
from classifiers.tabicl_function import InContext
from extractors.pixels import decode
from extractors.specs import BackboneSpec


def models(kept_run):
    _, records = kept_run
    return [read_model(records, record) for record in models_of(records)]


def test_each_kind_of_model_gives_a_probability_and_a_vector_per_image(kept_run):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 40, 40), dtype=np.uint8)
    for model in models(kept_run):
        scores = scorer_of(model, "cpu")(pixels)
        assert scores.probabilities.shape == (3,)
        assert ((scores.probabilities >= 0) & (scores.probabilities <= 1)).all()
        assert scores.vectors.shape == (3, len(model.familiarity.centre))


def test_the_number_of_images_at_once_changes_nothing(kept_run):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 40, 40), dtype=np.uint8)
    for model in models(kept_run):
        score = scorer_of(model, "cpu")
        alone = [float(score(pixels[n : n + 1]).probabilities[0]) for n in range(5)]
        assert score(pixels).probabilities == pytest.approx(alone, abs=1e-6)


def test_a_tuned_network_needs_none_of_the_pretrained_weights(kept_run, monkeypatch):
    """Its own file has all weights: the pretrained ones may be gone, or behind a hub."""
    tuned = next(model for model in models(kept_run) if model.tuned)
    seen = []

    def load(spec, **_):
        seen.append(spec.weights)
        raise ValueError("asked")

    monkeypatch.setattr("benchmark.execution.tuned_network.load_backbone", load)
    with pytest.raises(ValueError, match="asked"):
        tuned_network(tuned, "cpu")
    assert seen == ["random"]


def test_a_device_that_is_not_there_is_one_line(kept_run):
    with pytest.raises(UserError, match="cuda"):
        scorer_of(next(model for model in models(kept_run) if model.tuned), "cuda:7")


@pytest.fixture
def frozen(kept_run):
    """The model of a frozen network whose cell was fitted with ONNX Runtime."""
    found = next(
        model for model in models(kept_run) if isinstance(model.extractor, BackboneSpec) and not model.tuned
    )
    assert found.record.embedding.engine == "onnxruntime"
    return found


def engines_used(monkeypatch, model, engine, device="cpu"):
    """The engine of each call of `embed` in two calls of a model's scorer."""
    used = []

    def embed(backbone, pixels):
        used.append(backbone.engine)
        return real(backbone, pixels)

    real = scoring.embed
    monkeypatch.setattr(scoring, "embed", embed)
    score = scorer_of(model, device, engine)
    for _ in range(2):
        score(np.random.default_rng(0).integers(0, 256, (3, 40, 40), dtype=np.uint8))
    return used


@pytest.mark.parametrize(
    ("recorded", "engine", "used"),
    [
        ("onnxruntime", "auto", "onnxruntime"),
        ("torch", "auto", "torch"),
        (None, "auto", "torch"),  # a record of an older version
        ("of a later version", "auto", "torch"),
        ("bfloat16", "auto", "torch"),  # fitted on a GPU
        ("onnxruntime", "torch", "torch"),
        ("torch", "onnxruntime", "onnxruntime"),
    ],
)
def test_the_engine_is_that_of_the_record_unless_another_is_named(
    monkeypatch, frozen, recorded, engine, used
):
    embedding = frozen.record.embedding.model_copy(update={"engine": recorded})
    model = replace(frozen, record=frozen.record.model_copy(update={"embedding": embedding}))
    assert engines_used(monkeypatch, model, engine) == [used, used]


def test_another_engine_gives_almost_the_same(frozen):
    pixels = np.random.default_rng(0).integers(0, 256, (9, 40, 40), dtype=np.uint8)
    recorded, torch = (scorer_of(frozen, "cpu", engine)(pixels) for engine in ("auto", "torch"))
    assert recorded.vectors == pytest.approx(torch.vectors, abs=1e-4)


def test_an_engine_that_cannot_be_used_is_one_line_naming_the_cell(frozen):
    with pytest.raises(UserError, match=f"cell {frozen.record.cell}: no engine is named 'tensorrt'"):
        scorer_of(frozen, "cpu", "tensorrt")


@pytest.mark.parametrize("classifier", ["logistic_regression", "knn"])
@pytest.mark.parametrize("backbone", ["bundled-flip", "bundled + bundled-random"])
def test_mirrored_views_and_concatenations_give_the_probabilities_of_their_records(
    frozen_forms, backbone, classifier
):
    plan, records = frozen_forms
    (record,) = (r for r in records.all() if (r.backbone, r.classifier) == (backbone, classifier))
    known = records.read_predictions(record).head(20)
    pixels = np.stack([decode(plan.manifest.root / image, 40, "pad") for image in known["image"]])
    found = scorer_of(read_model(records, record), "cpu")(pixels)
    assert found.probabilities == pytest.approx(known["probability"].to_numpy(), abs=1e-5)
    assert np.ptp(found.probabilities) > 1e-4


def test_each_network_of_a_concatenation_has_the_engine_of_its_record(frozen_forms, monkeypatch):
    model = next(model for model in models(frozen_forms) if " + " in model.record.backbone)
    embedding = model.record.embedding.model_copy(update={"engine": "onnxruntime + torch"})
    model = replace(model, record=model.record.model_copy(update={"embedding": embedding}))
    assert engines_used(monkeypatch, model, "auto") == ["onnxruntime", "torch"] * 2


def test_tabicl_without_its_weights_is_one_line(kept_run, monkeypatch):
    monkeypatch.delenv("BENCHMARK_TABICL", raising=False)
    model = models(kept_run)[0]
    absent = InContext(np.zeros((4, 2), np.float32), np.uint8([0, 1, 0, 1]), None, "00", 0)
    model = replace(model, classifier=replace(model.classifier, decide=absent))
    with pytest.raises(UserError, match=f"cell {model.record.cell}: TabICL"):
        scorer_of(model, "cpu")
