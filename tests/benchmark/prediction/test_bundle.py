"""A bundle is all that another machine needs."""

from dataclasses import replace
from pathlib import Path
from shutil import move

import numpy as np
import pytest
import torch
from torch import nn

from benchmark.api import run
from benchmark.errors import UserError
from benchmark.prediction import bundle
from benchmark.prediction.bundle import read_bundle, write_bundle
from benchmark.prediction.cells import find_model, models_of
from benchmark.prediction.predictor import predictor_of
from benchmark.prediction.studies import Study
from benchmark.store.kept_models import read_model
from benchmark.store.workspace import Workspace
from extractors.engines.onnx_export import onnx_bytes


@pytest.fixture
def run_with_a_file(write_grid, tmp_path, mobilenet_file):
    """A frozen grid whose weights are a file, which is moved away afterwards; and its records."""
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(mobilenet_file.read_bytes())
    backbone = {"name": "mobilenetv2_100", "weights": str(weights), "model_args": {"pad_type": "same"}}
    grid = write_grid(
        train_sizes=[40],
        hand_crafted=None,
        keep_models="all",
        feature_extraction={"backbones": [backbone], "classifiers": ["logistic_regression"]},
    )
    results = run(grid, tmp_path / "runs", jobs=1, device="cpu", track=False)
    return results.plan, Workspace(tmp_path / "runs").records("small"), weights


def test_a_bundle_needs_no_weights_file(run_with_a_file, tmp_path):
    plan, records, weights = run_with_a_file
    (record,) = models_of(records)
    write_bundle(records, record, tmp_path / "bundle")
    assert not [file for file in (tmp_path / "bundle").rglob("*.json") if str(tmp_path) in file.read_text()]
    move(weights, tmp_path / "elsewhere")
    with pytest.raises(UserError, match="weights"):
        predictor_of(find_model(records, record.cell), device="cpu")
    known = records.read_predictions(record).head(20)
    studies = [Study(image, (plan.manifest.root / image,), (image,)) for image in known["image"]]
    found = predictor_of(read_bundle(tmp_path / "bundle"), device="cpu").predict(studies)
    assert np.array([one.probability for one in found]) == pytest.approx(known["probability"], abs=1e-6)


def test_other_weights_than_those_of_the_fit_are_refused(run_with_a_file, squeezenet_file):
    _, records, weights = run_with_a_file
    (record,) = models_of(records)
    weights.write_bytes(squeezenet_file.read_bytes())
    with pytest.raises(UserError, match="is not the one that it was fitted with \\(weights differ\\)"):
        predictor_of(find_model(records, record.cell), device="cpu")


def test_a_folder_without_a_model_is_said(tmp_path: Path):
    with pytest.raises(UserError, match="holds no model"):
        read_bundle(tmp_path)


def test_a_bundle_of_a_concatenation_has_the_weights_of_each_network(frozen_forms, tmp_path, monkeypatch):
    plan, records = frozen_forms
    record = next(one for one in models_of(records) if " + " in one.backbone)
    write_bundle(records, record, tmp_path / "bundle")
    names = {path.name for path in (tmp_path / "bundle").rglob("backbone*")}
    assert names == {"backbone.safetensors", "backbone_1.safetensors"}
    monkeypatch.setattr(
        "benchmark.prediction.scoring.check_identity", lambda model: pytest.fail("not needed")
    )
    known = records.read_predictions(record).head(20)
    studies = [Study(image, (plan.manifest.root / image,), (image,)) for image in known["image"]]
    found = predictor_of(read_bundle(tmp_path / "bundle"), device="cpu").predict(studies)
    assert np.array([one.probability for one in found]) == pytest.approx(known["probability"], abs=1e-5)


def onnx_network(seed):
    torch.manual_seed(seed)
    return onnx_bytes(
        nn.Sequential(nn.Conv2d(1, 5, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval(),
        (1, 32, 32),
    )


def test_the_model_of_an_onnx_file_judges_here_by_that_file_and_makes_no_bundle(write_grid, tmp_path):
    file = tmp_path / "net.onnx"
    file.write_bytes(onnx_network(1))
    backbone = {"name": f"onnx:{file}", "mean": [0.5], "std": [0.25]}
    section = {"backbones": [backbone], "classifiers": ["logistic_regression"]}
    grid = write_grid(train_sizes=[40], hand_crafted=None, keep_models="all", feature_extraction=section)
    plan = run(grid, tmp_path / "runs", jobs=1, device="cpu", track=False).plan
    records = Workspace(tmp_path / "runs").records("small")
    (record,) = models_of(records)
    known = records.read_predictions(record).head(5)
    studies = [Study(image, (plan.manifest.root / image,), (image,)) for image in known["image"]]
    found = predictor_of(find_model(records, record.cell), device="cpu").predict(studies)
    assert np.array([one.probability for one in found]) == pytest.approx(known["probability"], abs=1e-6)
    with pytest.raises(
        UserError, match=r"the model of 'onnx:net.onnx' cannot be copied .* use it here"
    ) as caught:
        write_bundle(records, record, tmp_path / "bundle")
    assert str(tmp_path) not in str(caught.value)
    assert not (tmp_path / "bundle").exists()
    file.write_bytes(onnx_network(2))
    with pytest.raises(UserError, match=r"is not the one that it was fitted with \(weights differ\)"):
        predictor_of(find_model(records, record.cell), device="cpu")


@pytest.mark.parametrize("name", ["hf:/lab/rad-dino", "python:my_lab:tiny", "local-dir:net"])
def test_a_network_that_needs_files_of_this_machine_makes_no_bundle(
    name, frozen_forms, tmp_path, monkeypatch
):
    _, records = frozen_forms
    record = next(one for one in models_of(records) if " + " in one.backbone)
    model = read_model(records, record)
    first, second = model.extractor.parts
    extractor = replace(model.extractor, parts=(first, replace(second, name=name)))
    monkeypatch.setattr(bundle, "read_model", lambda *_: replace(model, extractor=extractor))
    with pytest.raises(UserError, match=f"cell {record.cell}: .* cannot be copied") as caught:
        write_bundle(records, record, tmp_path / "bundle")
    assert "/lab" not in str(caught.value)
