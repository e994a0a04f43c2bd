"""A grid of backbones of many sources: what one of them cannot do is one line, and the others go on."""

import json
import os
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from benchmark.api import run
from benchmark.datasets.mura import read_mura
from benchmark.errors import UserError
from benchmark.execution.plan import fingerprint_of
from benchmark.execution.planned_embeddings import plan_embeddings
from benchmark.grid.cells import expand
from benchmark.grid.schema import read_grid
from benchmark.store.kept_models import _backbone, _extractor
from benchmark.store.record import Failed
from benchmark.store.workspace import Workspace
from extractors.array_store import PartialArray, StoredArray
from extractors.embeddings import Failure, load_embeddings
from extractors.engines.onnx_export import onnx_bytes
from extractors.specs import BackboneSpec
from tests.benchmark.finished_run import small_grid
from tests.benchmark.opened import open_plan

SIZE = 32
MODULE = """
import torch
def tiny():
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Conv2d(1, 3, 3), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
def broken():
    raise RuntimeError("it is broken")
"""


@pytest.fixture(scope="module")
def transformer(tmp_path_factory):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import transformers
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    folder = tmp_path_factory.mktemp("hub") / "dino"
    torch.manual_seed(1)
    config = transformers.Dinov2Config(
        hidden_size=16, num_hidden_layers=4, num_attention_heads=2, mlp_ratio=2, image_size=SIZE, patch_size=8
    )
    transformers.Dinov2Model(config).save_pretrained(folder)
    processor = {"image_mean": [0.5] * 3, "image_std": [0.25] * 3}
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    return folder


@pytest.fixture
def folder(tmp_path, phantom, transformer, monkeypatch):
    """A folder with a network of each kind of file."""
    torch.manual_seed(2)
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    (tmp_path / "net.onnx").write_bytes(onnx_bytes(network, (1, SIZE, SIZE)))
    images = read_mura(phantom).images["image"]
    vectors = np.random.default_rng(0).normal(size=(len(images), 5)).astype(np.float32)
    pd.DataFrame(vectors, columns=list("abcde")).assign(image=list(images)).to_parquet(tmp_path / "v.parquet")
    (tmp_path / "lab_networks.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("MODELS", os.path.relpath(transformer.parent, tmp_path))
    return tmp_path


def grid_of(folder, phantom, frozen, tuned=()):
    recipe = {"epochs": 1, "folds_below": 0, "trainable": "last_1_blocks"}
    text = small_grid(
        phantom,
        train_sizes=[40],
        image={"size": SIZE},
        hand_crafted=None,
        feature_extraction={"backbones": frozen, "classifiers": ["logistic_regression"]},
        fine_tuning={"backbones": list(tuned), "recipe": recipe} if tuned else None,
    )
    (folder / "grid.yaml").write_text(text)
    return folder / "grid.yaml"


@pytest.mark.slow  # two fine-tunings, and three libraries to import
def test_the_others_go_on_where_some_cannot(folder, phantom):
    dino = {"name": "hf:${MODELS}/dino", "tokens": "cls+mean", "layers": "last_4"}
    frozen = [
        "hf:${MODELS}/dino",
        dino,
        {"name": "onnx:net.onnx", "mean": [0.5], "std": [0.25]},
        {"name": "python:lab_networks:tiny", "mean": [0.0], "std": [1.0]},
        {"name": "python:lab_networks:broken", "mean": [0.0], "std": [1.0]},
        "embeddings:v.parquet",
        {"name": "resnet10t", "weights": "random", "tokens": "cls"},
        {"name": "open_clip:no-such-model", "weights": "random"},
    ]
    tuned = ["hf:${MODELS}/dino", {"name": "python:lab_networks:tiny", "mean": [0.0], "std": [1.0]}]
    path, workspace = grid_of(folder, phantom, frozen, tuned), Workspace(folder / "runs")
    assert len(run(path, workspace.folder, jobs=1, device="cpu", track=False).failed) == 3
    plan, records = open_plan(path, workspace)
    found = {(p.cell.strategy, p.cell.backbone): records.read(p.cell.id) for p in plan.cells}
    failed = {name: record.error for (_, name), record in found.items() if isinstance(record, Failed)}
    assert failed.keys() == {
        "python:lab_networks:broken",
        "resnet10t-cls-random",
        "open_clip:no-such-model-random",
    }
    assert (
        failed["python:lab_networks:broken"]
        == "'python:lab_networks:broken' raised RuntimeError: it is broken"
    )
    assert "no class token" in failed["resnet10t-cls-random"]
    assert len(found) - len(failed) == 7
    frozen_dino = found["feature_extraction", "hf:dino"]
    assert (frozen_dino.embedding.width, frozen_dino.embedding.weights_licence) == (16, "apache-2.0")
    assert found["feature_extraction", "hf:dino-cls+mean-last_4"].embedding.width == 16 * 2 * 4
    assert found["feature_extraction", "embeddings:v.parquet"].embedding.width == 5
    assert found["fine_tuning", "hf:dino"].training.weights_licence == "apache-2.0"
    assert found["fine_tuning", "python:lab_networks:tiny"].status == "ok"


def test_one_that_cannot_be_had_is_a_failure_and_the_others_go_on(folder, phantom):
    cells = expand(
        read_grid(grid_of(folder, phantom, ["embeddings:v.parquet", "hf:${MODELS}/dino"])), {"all": 500}
    )[0]
    good = [cell.extractor for cell in cells]
    bad = [
        BackboneSpec("resnet10t", "random", tokens="cls"),
        BackboneSpec("torchxrayvision/no-such-one", "random"),
    ]
    ids = list(read_mura(phantom).images["image"][:6])
    pixels = np.random.default_rng(1).integers(0, 255, (6, SIZE, SIZE), dtype=np.uint8)
    array = PartialArray(folder / "pixels", pixels.shape, np.uint8, 6)
    array.write(slice(0, 6), pixels)
    found = list(load_embeddings(folder / "cache", array.finish(ids), [bad[0], *good, bad[1]], device="cpu"))
    assert [type(one) for one in found] == [Failure, StoredArray, StoredArray, Failure]
    assert found[2].meta["licence"] == "apache-2.0"
    assert "no class token" in found[0].error
    assert "there is no backbone 'torchxrayvision/no-such-one'" in found[3].error


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"name": "onnx:absent.onnx"}, r"grid.yaml:\d+.*there is no file .*absent.onnx"),
        ({"name": "hf:./absent"}, r"there is no folder .*absent"),
        ({"name": "onnx:net.onnx", "weights": "random"}, "'onnx:net.onnx' is frozen"),
        ({"name": "resnet18", "layers": "last_4"}, r"layers: last_4 needs tokens: cls, mean"),
        ({"name": "resnet18", "tokens": "clss"}, "did you mean 'cls'"),
        (
            {"name": "hf:owner/name", "weights": "imagenet"},
            r"has no weights 'imagenet'; allowed: pretrained, random",
        ),
    ],
)
def test_a_grid_is_refused_by_line_for_what_can_be_known_at_once(folder, phantom, entry, message):
    with pytest.raises(UserError, match=message):
        read_grid(grid_of(folder, phantom, [entry]))


def test_frozen_files_are_not_fine_tuned(folder, phantom):
    given = {"name": "onnx:net.onnx", "mean": [0.5], "std": [0.25]}
    with pytest.raises(UserError, match=r"'onnx:net.onnx' is frozen: it can be neither fine-tuned .* alone"):
        read_grid(grid_of(folder, phantom, ["resnet18"], [given]))


def test_cells_are_the_same_wherever_the_files_are_and_without_the_new_keys(folder, phantom):
    first = read_grid(grid_of(folder, phantom, ["hf:${MODELS}/dino", "resnet18", "embeddings:v.parquet"]))
    cells = expand(first, {"all": 500})[0]
    assert [cell.extractor.asked() for cell in cells] == [
        {"name": "hf:dino"},
        {"name": "resnet18"},
        {"name": "embeddings:v.parquet"},
    ]
    before = fingerprint_of(cells[2], first, "")
    pd.read_parquet(folder / "v.parquet").assign(a=1.0).to_parquet(folder / "v.parquet")
    assert fingerprint_of(cells[2], first, "") != before


def test_files_have_no_control_with_random_weights(folder, phantom):
    from benchmark.grid.controls import expand_controls

    path = grid_of(folder, phantom, ["embeddings:v.parquet", "resnet18"])
    path.write_text(path.read_text() + "controls: [random_weights]\n")
    images = read_mura(phantom).images
    controls, _ = expand_controls(read_grid(path), images, lambda part, control: 200)
    assert {cell.backbone for cell in controls} == {"resnet18-random"}


def test_two_folders_of_one_name_are_refused(folder, phantom):
    (folder / "other").mkdir()
    (folder / "other" / "net.onnx").write_bytes((folder / "net.onnx").read_bytes())
    grey = {"mean": [0.5], "std": [0.25]}
    entries = [{"name": "onnx:net.onnx", **grey}, {"name": "onnx:other/net.onnx", "label": "b", **grey}]
    with pytest.raises(UserError, match="are the same to a record, which holds no folders: rename one"):
        expand(read_grid(grid_of(folder, phantom, entries)), {"all": 500})


def test_a_kept_model_knows_its_tokens():
    spec = BackboneSpec("vit_tiny_patch16_224", tokens="cls", layers="last_4", label="v")
    assert _extractor(_backbone(spec, None)) == spec
    assert _backbone(BackboneSpec("resnet18"), None).keys().isdisjoint({"tokens", "layers"})


def test_vectors_of_a_file_take_no_time_in_a_plan(folder, phantom):
    path = grid_of(folder, phantom, ["embeddings:v.parquet", {"name": "resnet10t", "weights": "random"}])
    workspace = Workspace(folder / "runs")
    plan, records = open_plan(path, workspace)
    given, network = plan_embeddings(plan, records, workspace.cache)
    assert (given.seconds, given.engine) == (0.0, "")
    assert network.seconds > 0
