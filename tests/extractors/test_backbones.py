from dataclasses import replace

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file

from extractors import backbones
from extractors.backbones import embed, fetch_state, load_backbone, network_input, normalised
from extractors.engines.agreement import with_engine
from extractors.specs import BackboneSpec

CPU = torch.device("cpu")
SMALL = "mobilenetv3_small_050"


def images(n=4, size=64):
    return np.random.default_rng(0).integers(0, 255, (n, size, size), dtype=np.uint8)


def state_of(name, **arguments):
    torch.manual_seed(1)
    return timm.create_model(name, pretrained=False, **arguments).state_dict()


@pytest.mark.parametrize(
    ("name", "width"),
    [
        (SMALL, 1024),  # num_features says 288: only a forward pass tells
        ("resnet18", 512),
        ("torchvision/resnet18", 512),
        ("torchvision/squeezenet1_1", 512),
        ("torchvision/mobilenet_v3_small", 1024),
        ("torchvision/densenet121", 1024),
    ],
)
def test_width_is_that_of_the_pooled_output(name, width):
    backbone = load_backbone(BackboneSpec(name, "random"), size=64, device=CPU)
    vectors = embed(backbone, images())
    assert backbone.width == width
    assert vectors.shape == (4, width)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()


@pytest.fixture(scope="module")
def small():
    return load_backbone(BackboneSpec(SMALL, "random"), size=64, device=CPU)


def test_random_weights_are_the_same_every_time_and_leave_the_seed_alone(small):
    torch.manual_seed(5)
    before = torch.rand(1)
    torch.manual_seed(5)
    one = embed(load_backbone(BackboneSpec(SMALL, "random"), size=64, device=CPU), images())
    assert torch.rand(1) == before
    assert np.array_equal(one, embed(small, images()))


def test_weights_from_a_file_are_loaded_with_or_without_their_classifier(tmp_path, small):
    state = state_of(SMALL)
    save_file(state, tmp_path / "whole.safetensors")
    headless = {k: v for k, v in state.items() if not k.startswith("classifier.")}
    torch.save({"state_dict": {f"module.{k}": v for k, v in headless.items()}}, tmp_path / "headless.pth")
    one, two = (
        embed(load_backbone(BackboneSpec(SMALL, str(tmp_path / f)), size=64, device=CPU), images())
        for f in ("whole.safetensors", "headless.pth")
    )
    assert np.array_equal(one, two)
    assert not np.allclose(one, embed(small, images()))


def test_renamed_weights_are_an_error_that_lists_them(tmp_path):
    state = {k.replace("conv_stem", "stem"): v for k, v in state_of(SMALL).items()}
    save_file(state, tmp_path / "renamed.safetensors")
    with pytest.raises(ValueError, match=r"1 missing \(conv_stem.weight\); 1 unexpected \(stem.weight\)"):
        load_backbone(BackboneSpec(SMALL, str(tmp_path / "renamed.safetensors")), size=64, device=CPU)


def test_weights_of_another_width_are_an_error(tmp_path):
    save_file(state_of("resnet18"), tmp_path / "r18.safetensors")
    with pytest.raises(ValueError, match="missing"):
        load_backbone(BackboneSpec("resnet34", str(tmp_path / "r18.safetensors")), size=64, device=CPU)


def test_pixels_are_scaled_once_and_normalised_by_the_weights_own_numbers():
    backbone = load_backbone(BackboneSpec("resnet18", "random"), size=64, device=CPU)
    white = network_input(backbone, torch.full((1, 8, 8), 255, dtype=torch.uint8))
    expected = [(1 - m) / s for m, s in zip((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), strict=True)]
    assert torch.allclose(white[0, :, 0, 0], torch.tensor(expected))
    own = BackboneSpec("resnet18", "random", mean=(0.5,) * 3, std=(0.25,) * 3)
    changed = network_input(
        load_backbone(own, size=64, device=CPU), torch.zeros((1, 8, 8), dtype=torch.uint8)
    )
    assert torch.allclose(changed, torch.tensor(-2.0))


def test_embedding_does_not_depend_on_the_batch(small):
    assert np.allclose(embed(small, images(5), batch_size=2), embed(small, images(5)), atol=1e-5)


def test_a_batch_that_does_not_fit_is_halved(monkeypatch, small):
    whole, seen = backbones.forward, []

    def tight(backbone, pixels):
        seen.append(len(pixels))
        if len(pixels) > 2:
            raise torch.OutOfMemoryError
        return whole(backbone, pixels)

    monkeypatch.setattr(backbones, "forward", tight)
    assert embed(small, images(6), batch_size=8).shape == (6, 1024)
    assert seen == [6, 4, 2, 2, 2]


def test_on_the_cpu_the_bytes_are_those_of_a_plain_loop_over_batches_of_32(small):
    pixels = torch.from_numpy(images(70))
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (small.mean, small.std))
    with torch.inference_mode():
        expected = [
            small.network(
                (part.unsqueeze(1).float().div(255) - mean)
                .div(std)
                .contiguous(memory_format=torch.channels_last)
            )
            for part in pixels.split(32)
        ]
    assert np.array_equal(embed(small, pixels.numpy()), torch.cat(expected).numpy())


def test_the_size_that_fits_is_kept_for_later_calls(monkeypatch, small):
    whole, seen, own = backbones.forward, [], replace(small)

    def tight(backbone, pixels):
        seen.append(len(pixels))
        if len(pixels) > 16:
            raise torch.OutOfMemoryError
        return whole(backbone, pixels)

    monkeypatch.setattr(backbones, "forward", tight)
    for _ in range(2):
        embed(own, images(18))
    assert seen == [18, 16, 2, 16, 2]


def test_gradients_flow_through_numbers_that_an_embedding_used_first():
    backbone = load_backbone(BackboneSpec(SMALL, "random"), size=64, device=CPU)
    embed(backbone, images(1))
    grey = torch.rand((1, 1, 64, 64), requires_grad=True)
    normalised(backbone, grey).pow(2).sum().backward()
    assert grey.grad is not None
    assert grey.grad.any()


@pytest.mark.parametrize("error", [AssertionError(), KeyError("size"), TypeError("two\nlines")])
def test_whatever_a_network_raises_for_the_size_of_images_is_one_line(monkeypatch, error):
    def refuses(*_):
        raise error

    monkeypatch.setattr("timm.models.resnet.ResNet.forward", refuses)
    with pytest.raises(ValueError, match=r"'resnet18-random' does not take 64 × 64 pixels: \S+$"):
        load_backbone(BackboneSpec("resnet18", "random"), size=64, device=CPU)


def test_weights_that_are_installed_are_not_fetched():
    with pytest.raises(ValueError, match="'bundled' are installed"):
        fetch_state("bundled")


def test_real_weights_load_strictly_and_know_their_width(mobilenet_file, squeezenet_file):
    coral = BackboneSpec(
        "mobilenetv2_100", str(mobilenet_file), {"pad_type": "same"}, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
    )
    squeezenet = BackboneSpec("torchvision/squeezenet1_0", str(squeezenet_file))
    assert load_backbone(coral, size=224, device=CPU).width == 1280
    assert load_backbone(squeezenet, size=224, device=CPU).width == 512


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            BackboneSpec("resnet10t", "random", {"nonsense": 1}),
            r"cannot be built with model_args .*nonsense.*TypeError",
        ),
        (BackboneSpec("resnet10t", "random", {"num_classes": 5}), "cannot hold num_classes: leave it out"),
        (
            BackboneSpec("resnet10t", "random", {"features_only": True}),
            "gives a list, not one vector per image",
        ),
        (BackboneSpec("resnet10t", "random", {"global_pool": ""}), "gives .*, not one vector per image"),
        (BackboneSpec("resnet10t", "random", {"in_chans": None}), "cannot be built with model_args"),
        (BackboneSpec("torchvision/resnet18", "random", {"foo": 3}), "cannot be built with model_args"),
        (BackboneSpec("resnet18.wrong_tag"), "no weights 'wrong_tag' of 'resnet18'; it has: a1_in1k"),
        (BackboneSpec("resnet18.wrong_tag", "random"), "no weights 'wrong_tag'"),
        (BackboneSpec("resnet10t", "random", mean=(123.675,) * 3), "divide mean and std by 255"),
        (BackboneSpec("resnet10t", "random", std=(0.0,) * 3), "must be above 0"),
        (BackboneSpec("resnet10t", "random", mean=(0.5, 0.5)), "mean and std need 3 values each"),
    ],
)
def test_whatever_stops_a_network_is_one_line(spec, said):
    with pytest.raises(ValueError, match=said) as error:
        load_backbone(spec, size=64, device=CPU)
    assert "\n" not in str(error.value)


def test_the_renaming_of_a_file_is_said(tmp_path):
    state = {f"model._orig_mod.{key}": value for key, value in state_of(SMALL).items()}
    torch.save({"state_dict": state}, tmp_path / "w.ckpt")
    backbone = load_backbone(BackboneSpec(SMALL, str(tmp_path / "w.ckpt")), size=64, device=CPU)
    assert backbone.renamed == "taken from 'state_dict'; without the prefix 'model._orig_mod.'"


@pytest.mark.parametrize("engine", ["torch", "onnxruntime"])
def test_mirrored_views_are_the_mean_with_those_of_mirror_images(small, engine):
    pixels = images(32)
    backbone = with_engine(replace(small, spec=replace(small.spec, flip="average")), engine, pixels)
    assert backbone.engine == engine
    found = embed(backbone, pixels)
    expected = (embed(small, pixels) + embed(small, pixels[:, :, ::-1])) / 2
    near = 1e-3 * float(np.abs(expected).max())
    assert found == pytest.approx(expected, abs=near)
    assert not np.allclose(found, embed(small, pixels), atol=10 * near)
    assert found == pytest.approx(embed(backbone, pixels[:, :, ::-1]), abs=near)
