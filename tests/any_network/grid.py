"""A grid with networks of every source, frozen, adapted and fine-tuned; their random weights are made here."""

import json
from typing import Any

import numpy as np
import pandas as pd
import timm
import torch
import yaml
from torch import nn

import benchmark as bm
from extractors.engines.onnx_export import onnx_bytes
from tests.extractors.sources.test_huggingface import KINDS, PROCESSOR, transformers

SIZE = 96  # pixels: InceptionV3 takes no fewer than 75
OF_LITERATURE = (  # the networks of grids/literature
    *("inception_v3", "vgg16", "vgg19", "densenet169", "densenet201"),
    *("inception_resnet_v2", "resnet50", "efficientnet_b0"),
)
GREY = {"mean": [0.5], "std": [0.25]}
OPEN_CLIP = {  # the image towers of open_clip's three kinds, made small
    "ViT-B-32": {"image_size": SIZE, "layers": 4, "width": 32, "head_width": 16, "patch_size": 16},
    "RN50": {"image_size": SIZE, "layers": [1, 1, 1, 1], "width": 8, "head_width": 16},
    "convnext_base": {"image_size": SIZE, "timm_model_name": "convnext_atto"},
}
NO_PROBE = (  # labels
    # these show no tokens: docs/backbones.md
    *(f"torchvision/{name}-random" for name in ("densenet169", "densenet201", "vgg16", "vgg19")),
    "python-tiny",
    # with random weights, tokens that float16 does not hold, or the same for every image
    *("inception_v3-random", "torchvision/inception_v3-random", "torchvision/efficientnet_b0-random"),
)
RECIPE = {"epochs": 1, "folds": 2}


class Tiny(nn.Module):
    """A network as a user writes it for `python:`."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Conv2d(1, width, 3, stride=2), nn.ReLU(), nn.Conv2d(width, width, 3, stride=2), nn.ReLU()),
            nn.AdaptiveAvgPool2d(1),
        )

    def forward(self, images):
        return self.layers(images).flatten(1)


def tiny(width=16):
    """What `python:tests.any_network.grid:tiny` calls."""
    torch.manual_seed(0)
    return Tiny(width)


def trainable_networks(folder):
    """Networks of every source that trains them, as entries of a grid."""
    untrained = {"weights": "random"}
    networks = [{"name": name, **untrained} for name in OF_LITERATURE]
    networks += [
        {"name": "vit_tiny_patch16_224", "model_args": {"img_size": SIZE}, **untrained},
        {"name": "convnext_atto", **untrained},
        {"name": f"local-dir:{timm_folder(folder / 'resnet10t')}", "label": "local-dir-resnet10t"},
    ]
    own = set(OF_LITERATURE) - {"inception_resnet_v2"} | {"convnext_tiny"}  # torchvision has no such network
    networks += [{"name": f"torchvision/{name}", **untrained} for name in sorted(own)]
    networks += [
        {"name": "torchvision/vit_b_16", "model_args": {"image_size": SIZE}, **untrained},
        {"name": "bundled"},
    ]
    networks += [
        {"name": f"hf:{transformers_folder(kind, folder / kind)}", "label": f"hf-{kind}"} for kind in KINDS
    ]
    networks += [
        {"name": f"open_clip:{name}", "model_args": model_args, **untrained, "label": f"open_clip-{name}"}
        for name, model_args in OPEN_CLIP.items()
    ]
    networks += [
        {
            "name": "torchxrayvision/densenet121-res224-all",
            "model_args": {"growth_rate": 16, "block_config": [1, 2], "num_init_features": 16},
            **untrained,
        },
        {"name": "python:tests.any_network.grid:tiny", "label": "python-tiny", **GREY},
    ]
    return networks


def timm_folder(folder):
    """A folder with config.json and weights, as timm saves a network."""
    torch.manual_seed(1)
    timm.models.save_for_hf(timm.create_model("resnet10t"), folder, safe_serialization=True)
    return folder


def transformers_folder(kind, folder):
    """A folder as `save_pretrained` writes it."""
    torch.manual_seed(1)
    config = getattr(transformers, f"{kind}Config")(**KINDS[kind])
    getattr(transformers, f"{kind}Model")(config).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(PROCESSOR))
    return folder


def frozen_only(folder, images):
    """An ONNX file and vectors that somebody else made: no network is there to be trained."""
    (folder / "net.onnx").write_bytes(onnx_bytes(tiny().eval(), (1, SIZE, SIZE)))
    vectors = np.random.default_rng(0).normal(size=(len(images), 8)).astype(np.float32)
    table = pd.DataFrame(vectors, columns=[f"v{i}" for i in range(8)])
    table.insert(0, "image", images)
    table.to_parquet(folder / "vectors.parquet")
    return [
        {"name": f"onnx:{folder / 'net.onnx'}", "label": "onnx-net", **GREY},
        {"name": f"embeddings:{folder / 'vectors.parquet'}", "label": "vectors"},
    ]


def content(folder, trainable) -> dict[str, Any]:
    """The grid. `trainable` are entries of networks, whose folders are in `folder`."""
    whole = {
        "name": "any_network",
        "dataset": {"kind": "phantom", "patients": 60, "long_side": 128, "difficulty": 0.0},
        "train_sizes": [40],
        "image": {"size": SIZE, "fit": "pad"},
        "feature_extraction": {"backbones": trainable, "classifiers": ["logistic_regression", "majority"]},
        "adaptation": {
            "backbones": trainable,
            "methods": ["lora", "attentive_probe"],
            "recipe": {"preset": "adapt", **RECIPE, "learning_rate": 0.003, "min_updates": 0},
        },
        "fine_tuning": {
            "backbones": trainable,
            "recipe": {"preset": "default", **RECIPE, "learning_rate": 0.001, "min_updates": 0},
        },
        "exclude": [{"classifier": "attentive_probe", "backbone": label} for label in NO_PROBE],
    }
    images = bm.plan(write(whole, folder), folder / "runs").manifest.images["image"]
    whole["feature_extraction"]["backbones"] = [*trainable, *frozen_only(folder, list(images))]
    return whole


def write(whole, folder):
    """Write a grid into the folder."""
    (folder / "grid.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
    return folder / "grid.yaml"
