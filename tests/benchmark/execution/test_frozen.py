import pandas as pd
import timm
import torch

from benchmark.execution.executors import LocalExecutor, share_cores
from benchmark.execution.frozen import one_hot
from benchmark.execution.run import Settings, run_plan
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
            plan, records, Settings(tmp_path / "cache", LocalExecutor(share_cores(1)), "cpu"), lambda *_: None
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
