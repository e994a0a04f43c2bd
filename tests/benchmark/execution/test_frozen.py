import pandas as pd
import timm
import torch

from benchmark.execution import frozen
from benchmark.execution.executors import LocalExecutor, share_cores
from benchmark.execution.frozen import one_hot
from benchmark.execution.run import run_plan
from benchmark.execution.run_settings import RunSettings
from benchmark.store.workspace import Workspace
from tests.benchmark.opened import open_plan


def test_each_row_has_its_body_part_and_columns_are_those_of_both():
    train, test = one_hot(pd.Series(["wrist", "elbow", "wrist"]), pd.Series(["hand"]))
    assert train.tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1]]
    assert test.tolist() == [[0, 1, 0]]
    assert train.dtype == test.dtype == "float32"


def test_a_bad_backbone_is_one_failure_for_each_of_its_cells_and_stops_no_other(write_grid, tmp_path):
    (tmp_path / "text.pth").write_text("text")
    torch.save({"state_dict": [torch.ones(1)]}, tmp_path / "list.pth")
    state = timm.create_model("mobilenetv3_small_050").state_dict()
    torch.save({"net": {f"module.{key}": value for key, value in state.items()}}, tmp_path / "good.pth")
    files = [
        {"name": "mobilenetv3_small_050", "weights": str(tmp_path / f"{name}.pth"), "label": name}
        for name in ("text", "list", "good")
    ]
    odd = [
        {"name": "resnet10t", "weights": "random", "model_args": arguments, "label": label}
        for label, arguments in (
            ("five", {"num_classes": 5}),
            ("maps", {"features_only": True}),
            ("none", {"in_chans": None}),
        )
    ]
    grid = write_grid(
        train_sizes=[40],
        feature_extraction={"backbones": [*files, *odd], "classifiers": ["majority", "logistic_regression"]},
    )
    plan, records = open_plan(grid, Workspace(tmp_path / "runs"))
    outcomes = dict(
        run_plan(
            plan,
            records,
            RunSettings(tmp_path / "cache", LocalExecutor(share_cores(1)), "cpu"),
            lambda *_: None,
        )
    )
    kept = {cell: records.read(cell) for cell in outcomes}
    failed = [record for record in kept.values() if record.status == "failed"]
    assert sorted(record.backbone for record in failed) == sorted(
        [*["text", "list", "five", "maps", "none"] * 2]
    )
    assert all("\n" not in record.error for record in failed)
    said = {record.backbone: record.error for record in failed}
    assert "it is text" in said["text"]
    assert "num_classes" in said["five"]
    good = [record for record in kept.values() if record.backbone == "good"]
    assert {record.embedding.weights_renamed for record in good} == {
        "taken from 'net'; without the prefix 'module.'"
    }
    assert {record.status for record in kept.values() if record.strategy != "feature_extraction"} == {"ok"}


def test_fits_on_a_device_are_the_same_cells_and_say_so(write_grid, tmp_path, monkeypatch):
    """With torch on the CPU as the device of CUDA."""
    grid = write_grid(
        train_sizes=[40],
        hand_crafted={"descriptors": ["glcm"], "classifiers": ["logistic_regression", "rbf_svm", "knn"]},
    )
    found = {}
    for device, worth in (("", 0), ("cpu", 0), ("cpu", 41)):
        monkeypatch.setattr(frozen, "device_of_fits", lambda name, device=device: device)
        monkeypatch.setattr(frozen, "WORTH_ROWS", worth)
        plan, records = open_plan(grid, Workspace(tmp_path / f"runs{device}{worth}"))
        settings = RunSettings(tmp_path / "cache", LocalExecutor(share_cores(1)), "cpu")
        done = dict(run_plan(plan, records, settings, lambda *_: None))
        found[device, worth] = {records.read(cell).classifier: records.read(cell) for cell in done}
    plain, there, few = found.values()
    for name, record in there.items():
        assert (record.cell, record.fingerprint) == (plain[name].cell, plain[name].fingerprint)
        assert record.parameters == plain[name].parameters
    used = [{name: one.cost.classifier_device for name, one in some.items()} for some in (plain, there, few)]
    assert used[0] == used[2] == dict.fromkeys(plain), "on the CPU, and for few images"
    assert used[1] == {"logistic_regression": "cpu", "rbf_svm": "cpu", "knn": None}
    assert {name: one.predictions_sha256 for name, one in few.items()} == {
        name: one.predictions_sha256 for name, one in plain.items()
    }
