"""Kept models as MLflow models, against the records of their cells."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from importlib.metadata import version

import mlflow
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmark.prediction.cells import models_of
from benchmark.store.record import Embedding
from benchmark.tracking import study_model
from benchmark.tracking.study_model import save_study_model
from tests.benchmark.recorded import finished


def record_of(kept_run, strategy):
    return next(r for r in models_of(kept_run[1]) if r.strategy == strategy and r.classifier != "majority")


@pytest.fixture(scope="module", params=["feature_extraction", "fine_tuning", "hand_crafted"])
def saved(request, kept_run, tmp_path_factory):
    """The record of a cell and the folder of its MLflow model."""
    record = record_of(kept_run, request.param)
    folder = tmp_path_factory.mktemp("models") / record.cell
    save_study_model(kept_run[1], record, folder)
    return record, folder


def table_of(kept_run, record, images=40):
    """The known predictions of some test images, and these images as a table for the model."""
    known = kept_run[1].read_predictions(record).head(images)
    contents = [(kept_run[0].manifest.root / image).read_bytes() for image in known["image"]]
    return known, pd.DataFrame({"image": contents, "study": known["study"]})


def by_study(known):
    return known.groupby("study", sort=False)["probability"].mean()


def test_a_loaded_model_gives_the_probabilities_of_the_record(kept_run, saved):
    record, folder = saved
    known, table = table_of(kept_run, record)
    found = mlflow.pyfunc.load_model(str(folder)).predict(table)
    wanted = by_study(known)
    assert list(found["study"]) == list(wanted.index)
    assert found["probability"].to_numpy() == pytest.approx(wanted.to_numpy(), abs=1e-6)


def test_bytes_base64_and_arrays_are_the_same_images(kept_run, saved):
    record, folder = saved
    _, table = table_of(kept_run, record, 3)
    model = mlflow.pyfunc.load_model(str(folder))
    forms = {
        "bytes": table["image"].tolist(),
        "base64": [base64.b64encode(one).decode() for one in table["image"]],
        "arrays": [
            np.asarray(Image.open(kept_run[0].manifest.root / image))
            for image in kept_run[1].read_predictions(record)["image"].head(3)
        ],
    }
    found = {name: model.predict(table.assign(image=images)) for name, images in forms.items()}
    for name in ("base64", "arrays"):
        assert found[name]["probability"].to_numpy() == pytest.approx(
            found["bytes"]["probability"].to_numpy(), abs=1e-6
        )


def test_the_engine_of_a_frozen_network_is_required(saved):
    record, folder = saved
    needed = (folder / "requirements.txt").read_text().splitlines()
    engine = f"onnxruntime=={version('onnxruntime')}"
    assert ({engine, "onnx"} <= set(needed)) == (record.strategy == "feature_extraction")


@pytest.mark.parametrize(
    ("engine", "versions", "packages"),
    [
        ("onnxruntime", "1.22", ["onnxruntime==1.22", "onnx"]),
        ("torch + torch", "2.9 + 2.9", []),
        ("onnxruntime + torch", "1.22 + 2.9", ["onnxruntime==1.22", "onnx"]),
        ("onnxruntime + onnxruntime", "1.22 + 1.22", ["onnxruntime==1.22", "onnx"]),
        ("bfloat16_compiled", "2.9", []),
        ("torch", None, []),
    ],
)
def test_each_engine_of_a_concatenation_is_required_once(engine, versions, packages):
    used = Embedding(engine=engine, engine_version=versions)
    assert study_model._engines(finished().model_copy(update={"embedding": used})) == packages


def test_nothing_in_the_folder_is_pickled(saved):
    _, folder = saved
    assert {path.suffix for path in folder.rglob("*") if path.is_file()} <= {
        ".json",
        ".safetensors",
        ".py",
        ".yaml",
        ".txt",
        "",  # MLmodel
    }


def test_the_signature_and_the_example_are_there(saved):
    _, folder = saved
    model = mlflow.models.Model.load(str(folder))
    assert model.signature.inputs.input_names() == ["image", "study"]
    assert "probability" in model.signature.outputs.input_names()
    assert model.load_input_example(str(folder)).columns.tolist() == ["image", "study"]


@pytest.mark.slow
def test_a_server_gives_the_probabilities_of_the_record(kept_run, tmp_path):
    record = record_of(kept_run, "fine_tuning")
    folder = tmp_path / "model"
    save_study_model(kept_run[1], record, folder)
    known, table = table_of(kept_run, record, 6)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", folder, "--env-manager", "local"]
    server = subprocess.Popen(
        [*command, "-p", str(port), "-h", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/ping")
        images = [base64.b64encode(one).decode() for one in table["image"]]
        content = {
            "columns": ["image", "study"],
            "data": list(map(list, zip(images, table["study"], strict=True))),
        }
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/invocations",
            json.dumps({"dataframe_split": content}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            found = json.load(answer)["predictions"]
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
    wanted = by_study(known)
    assert [one["study"] for one in found] == list(wanted.index)
    assert [one["probability"] for one in found] == pytest.approx(wanted.tolist(), abs=1e-6)


def _wait(address):
    for _ in range(120):
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(1)
    raise AssertionError(f"{address} does not answer")


def test_a_run_logs_its_kept_models_once(write_grid, phantom, tmp_path, monkeypatch):
    from benchmark.api import run, track
    from benchmark.store.workspace import Workspace

    sections = {"hand_crafted": {"descriptors": ["glcm"], "classifiers": ["logistic_regression"]}}
    grid = write_grid(train_sizes=[40], keep_models="chosen", **sections)
    workspace = Workspace(tmp_path / "runs")
    run(grid, workspace, jobs=1, device="cpu")
    client = mlflow.MlflowClient(tracking_uri=workspace.uri)
    experiment = client.get_experiment_by_name("small")
    (logged,) = client.search_runs([experiment.experiment_id], "tags.kind = 'cell'")
    place = client.list_artifacts(logged.info.run_id, "model")
    assert "model/MLmodel" in [file.path for file in place]
    (record,) = workspace.records("small").all()
    known = workspace.records("small").read_predictions(record).head(20)
    contents = [(phantom / image).read_bytes() for image in known["image"]]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", workspace.uri)
    model = mlflow.pyfunc.load_model(f"runs:/{logged.info.run_id}/model")
    found = model.predict(pd.DataFrame({"image": contents, "study": known["study"]}))
    assert found["probability"].to_numpy() == pytest.approx(by_study(known).to_numpy(), abs=1e-6)
    monkeypatch.setattr("benchmark.tracking.study_model.save_study_model", lambda *_: pytest.fail("again"))
    track(grid, workspace)
