"""Each kind of network that transformers has, small and random, saved and loaded as a publisher's."""

import json
import shutil
import warnings

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from extractors.backbones import embed, fetch_state, load_backbone, network_input
from extractors.engines.agreement import with_engine
from extractors.errors import WeightsUnavailableError
from extractors.exported_weights import VARIABLE
from extractors.sources import check_name, extras, hub
from extractors.sources.huggingface import companions, knows, names, provenance
from extractors.specs import BackboneSpec
from extractors.weights_export import export_weights
from tests.extractors.sources.offline import no_sockets as no_sockets
from tests.extractors.sources.training import trained_in_last_block

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import transformers

CPU = torch.device("cpu")
SIZE = 32
VIT = {"hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 48}
VIT |= {"image_size": SIZE, "patch_size": 8}
DINO = {**VIT, "mlp_ratio": 2}
STAGES = {"hidden_sizes": [8, 16, 24, 32], "depths": [1, 1, 1, 1]}
KINDS = {
    "Dinov2": {key: value for key, value in DINO.items() if key != "intermediate_size"},
    "DINOv3ViT": {**VIT, "num_register_tokens": 2},
    "DINOv3ConvNext": STAGES,
    "ViT": VIT,
    "SiglipVision": VIT,
    "CLIPVision": VIT,
    "ConvNext": STAGES,
    "ConvNextV2": STAGES,
    "ResNet": {**STAGES, "embedding_size": 8},
}
PROCESSOR = {
    "image_mean": [0.5, 0.4, 0.3],
    "image_std": [0.2, 0.25, 0.5],
    "size": {"height": SIZE, "width": SIZE},
}


@pytest.fixture(autouse=True)
def silent():
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 255, (2, SIZE, SIZE), dtype=np.uint8)


def made(kind, folder, processor=PROCESSOR, **changed):
    """A network of this kind with random weights, saved as its publisher would save it."""
    torch.manual_seed(1)
    config = getattr(transformers, f"{kind}Config")(**{**KINDS[kind], **changed})
    network = getattr(transformers, f"{kind}Model")(config).eval()
    network.save_pretrained(folder)
    if processor:
        (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return network


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_gives_the_vectors_of_the_library_without_a_connection(kind, tmp_path, images):
    own = made(kind, tmp_path)
    backbone = load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)
    assert (backbone.mean, backbone.std) == ((0.5, 0.4, 0.3), (0.2, 0.25, 0.5))
    with torch.inference_mode():
        expected = own(pixel_values=network_input(backbone, torch.from_numpy(images))).pooler_output.flatten(
            1
        )
    assert np.ptp(expected.numpy(), axis=0).max() > 1e-4
    np.testing.assert_allclose(embed(backbone, images), expected, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_another_size_than_the_trained_one(kind, tmp_path):
    made(kind, tmp_path)
    assert load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=48, device=CPU).width == 32


@pytest.mark.parametrize(("family", "tower"), [("CLIP", "CLIPVision"), ("Siglip", "SiglipVision")])
def test_the_image_tower_of_a_network_with_two(family, tower, tmp_path, images):
    torch.manual_seed(2)
    text = {
        **VIT,
        "vocab_size": 40,
        "num_hidden_layers": 1,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
    }
    config = getattr(transformers, f"{family}Config")(text_config=text, vision_config=KINDS[tower])
    whole = getattr(transformers, f"{family}Model")(config).eval()
    whole.save_pretrained(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(PROCESSOR))
    backbone = load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)
    with torch.inference_mode():
        expected = whole.vision_model(network_input(backbone, torch.from_numpy(images))).pooler_output
    np.testing.assert_allclose(embed(backbone, images), expected, atol=1e-5)


def test_a_network_with_a_classifier_and_one_without_a_pooler(tmp_path, images):
    torch.manual_seed(3)
    network = transformers.ViTForImageClassification(transformers.ViTConfig(**VIT)).eval()
    network.save_pretrained(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(PROCESSOR))
    backbone = load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)
    with torch.inference_mode():
        expected = network.vit(network_input(backbone, torch.from_numpy(images))).last_hidden_state[:, 0]
    np.testing.assert_allclose(embed(backbone, images), expected, atol=1e-5)


def test_a_missing_and_an_unexpected_weight_are_errors_of_one_line(tmp_path):
    made("Dinov2", tmp_path)
    state = load_file(tmp_path / "model.safetensors")
    lost = next(key for key in state if "layer.2" in key and "norm1.bias" in key)
    save_file({key: value for key, value in state.items() if key != lost}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"of \d+ weights 1 missing \(encoder.layer.2.norm1.bias\)$"):
        load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)
    save_file({**state, "surplus.weight": torch.zeros(2)}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"1 unexpected \(surplus.weight\)$"):
        load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)


@pytest.mark.parametrize("kind", ["Dinov2", "ViT", "SiglipVision"])
def test_a_config_that_lies_about_its_width_is_an_error_of_one_line(kind, tmp_path):
    made(kind, tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "hidden_size": 64}))
    with pytest.raises(ValueError, match=r"does not fit its config.json: .* of another shape") as caught:
        load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)
    assert "\n" not in str(caught.value)


def test_weights_may_be_a_file_of_their_own_or_random(tmp_path, images):
    made("Dinov2", tmp_path)
    shutil.copyfile(tmp_path / "model.safetensors", tmp_path / "own.safetensors")
    torch.save({"model": load_file(tmp_path / "own.safetensors")}, tmp_path / "own.pth")
    first, second, random = (
        embed(load_backbone(BackboneSpec(f"hf:{tmp_path}", weights), size=SIZE, device=CPU), images)
        for weights in ("", str(tmp_path / "own.pth"), "random")
    )
    np.testing.assert_array_equal(first, second)
    assert not np.allclose(first, random, atol=0.1)


@pytest.mark.parametrize(
    ("changed", "mean", "std"),
    [
        ({"rescale_factor": 1 / 127.5}, 0.25, 0.125),
        ({"do_normalize": False}, 0.0, 1.0),
        ({"do_rescale": False, "image_mean": [127.5], "image_std": [51]}, 0.5, 0.2),
        ({"image_mean": [0.5], "image_std": [0.25]}, 0.5, 0.25),
    ],
)
def test_the_scale_of_the_pixels_is_the_processors(changed, mean, std, tmp_path):
    made("ResNet", tmp_path, {"image_mean": [0.5] * 3, "image_std": [0.25] * 3, **changed})
    backbone = load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)
    assert backbone.mean == pytest.approx((mean,) * 3)
    assert backbone.std == pytest.approx((std,) * 3)


def test_a_network_of_one_channel(tmp_path, images):
    made("ResNet", tmp_path, num_channels=1)
    backbone = load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)
    assert backbone.mean == pytest.approx((0.4,))
    assert embed(backbone, images).shape == (2, 32)


def test_without_a_processor_mean_and_std_are_asked_for(tmp_path):
    made("ResNet", tmp_path, processor=None)
    with pytest.raises(ValueError, match=r"no preprocessor_config.json.*give mean and std"):
        load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)
    spec = BackboneSpec(f"hf:{tmp_path}", mean=(0.5,) * 3, std=(0.25,) * 3)
    assert load_backbone(spec, size=SIZE, device=CPU).mean == (0.5,) * 3


def test_its_identity_depends_on_weights_and_configuration_and_not_on_the_folder(tmp_path):
    first, second = tmp_path / "a" / "net", tmp_path / "b" / "net"
    made("ResNet", first)
    shutil.copytree(first, second)
    one, other = BackboneSpec(f"hf:{first}"), BackboneSpec(f"hf:{second}")
    assert one.label == "hf:net"
    assert one.asked() == other.asked() == {"name": "hf:net"}
    assert one.identity() == other.identity()
    (second / "preprocessor_config.json").write_text("{}")
    assert one.identity() != other.identity()


def test_other_kinds_bad_files_and_arguments_are_errors_of_one_line(tmp_path):
    with pytest.raises(ValueError, match=r"has no config.json"):
        load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ValueError, match=r"config.json cannot be read"):
        load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ValueError, match=r"model_type 'bert'.*known: dinov2, .*siglip$"):
        load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)
    made("ResNet", tmp_path)
    with pytest.raises(ValueError, match="takes no model_args"):
        load_backbone(BackboneSpec(f"hf:{tmp_path}", model_args={"a": 1}), size=SIZE, device=CPU)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(ValueError, match=r"no weights in one file: model.safetensors or pytorch_model.bin"):
        load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)


@pytest.mark.parametrize(
    ("name", "known"), [("hf:owner/name", True), ("hf:owner/name@main", True), ("hf:name", False)]
)
def test_names_have_the_form_of_the_hub(name, known):
    assert knows(name) is known
    assert names() == []
    if not known:
        with pytest.raises(ValueError, match="hf:FOLDER_OR_NAME"):
            check_name(name)


def test_offline_it_says_in_one_line_what_to_do(monkeypatch):
    monkeypatch.setattr(hub, "is_reachable", lambda url: False)
    with pytest.raises(
        WeightsUnavailableError, match=r"no connection to .*hf download o/n --local-dir"
    ) as caught:
        load_backbone(BackboneSpec("hf:o/n"), size=SIZE, device=CPU)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("no_sockets")
def test_a_name_in_the_local_cache_is_loaded_and_exported(tmp_path, monkeypatch, images):
    made("Dinov2", tmp_path)
    (tmp_path / "README.md").write_text("---\nlicense: other\nlicense_name: some-licence\n---\n# A model\n")

    def cached(repository, file, revision=None):
        assert (repository, revision) == ("owner/name", "main")
        return str(tmp_path / file) if (tmp_path / file).is_file() else None

    monkeypatch.setattr(hub.huggingface_hub, "try_to_load_from_cache", cached)
    monkeypatch.setattr(hub, "is_reachable", lambda url: False)
    spec = BackboneSpec("hf:owner/name@main")
    backbone = load_backbone(spec, size=SIZE, device=CPU)
    assert backbone.licence == "some-licence"
    folder = load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)
    np.testing.assert_array_equal(embed(backbone, images), embed(folder, images))
    assert spec.identity() == {"name": "hf:owner/name@main", "weights": "pretrained"}
    assert fetch_state(spec.name).keys() == load_file(tmp_path / "model.safetensors").keys()
    assert companions(spec).keys() == {"config.json", "preprocessor_config.json", "README.md"}
    assert provenance(spec)["licence"] == "some-licence"
    ((_, entry),) = export_weights([spec], tmp_path / "exported")
    assert entry.licence == "some-licence"
    monkeypatch.setattr(hub.huggingface_hub, "try_to_load_from_cache", lambda *_, **__: None)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "exported"))
    elsewhere = load_backbone(spec, size=SIZE, device=CPU)
    assert elsewhere.licence == "some-licence"
    np.testing.assert_array_equal(embed(elsewhere, images), embed(folder, images))


def test_without_the_library_one_line_names_the_extra(tmp_path, monkeypatch):
    made("ResNet", tmp_path)

    def absent(module):
        raise ModuleNotFoundError(f"No module named '{module}'", name=module)

    monkeypatch.setattr(extras, "import_module", absent)
    with pytest.raises(
        ValueError, match=r"transformers is not installed: pip install 'benchmark\[transformers\]'$"
    ):
        load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)


@pytest.mark.parametrize("kind", ["Dinov2", "DINOv3ViT", "SiglipVision", "ConvNext", "ResNet"])
@pytest.mark.parametrize("tokens", ["pooled", "mean"])
def test_its_last_block_can_be_fine_tuned(kind, tokens, tmp_path):
    made(kind, tmp_path)
    backbone = load_backbone(BackboneSpec(f"hf:{tmp_path}", tokens=tokens), size=SIZE, device=CPU)
    found = trained_in_last_block(backbone, SIZE)
    last = "head" if kind == "SiglipVision" else "3."
    assert found or (kind, tokens) == ("SiglipVision", "mean")  # its last block is the pooling
    assert all(last in name or "norm" in name for name in found)


@pytest.mark.parametrize("kind", ["Dinov2", "ConvNext"])
def test_an_engine_gives_the_same_or_torch_is_used(kind, tmp_path, images):
    made(kind, tmp_path)
    backbone = load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)
    found = with_engine(backbone, "onnxruntime", images)
    assert found.engine in ("onnxruntime", "torch")
    np.testing.assert_allclose(embed(found, images), embed(backbone, images), atol=1e-3)


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[(key, "owner/kernel") for key in ("attn_implementation", "_attn_implementation")],
        *[(key, "owner/kernel") for key in ("_attn_implementation_internal", "experts_implementation")],
        ("quantization_config", {"quant_method": "bitsandbytes", "load_in_4bit": True}),
        ("fusion_config", {"owner/kernel": True}),
    ],
)
def test_how_to_run_a_network_is_not_taken_from_its_folder(key, value, tmp_path, images):
    made("ViT", tmp_path)
    expected = embed(load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU), images)
    content = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**content, key: value}))
    backbone = load_backbone(BackboneSpec(f"hf:{tmp_path}"), size=SIZE, device=CPU)
    assert "owner/kernel" not in repr(vars(backbone.network.inner.config))
    np.testing.assert_array_equal(embed(backbone, images), expected)
