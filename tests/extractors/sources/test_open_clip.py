import json
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from safetensors.torch import save_file

from extractors.backbones import embed, fetch_state, load_backbone, network_input
from extractors.errors import WeightsUnavailableError
from extractors.sources import check_name, extras
from extractors.sources import open_clip as source
from extractors.sources.open_clip import knows, names, provenance
from extractors.sources.origin import Origin
from extractors.specs import BackboneSpec
from extractors.tokens import tokens_of
from tests.extractors.sources.offline import no_sockets as no_sockets
from tests.extractors.sources.training import trained_in_last_block

CPU = torch.device("cpu")
SIZE = 32
TEXT = {"context_length": 8, "vocab_size": 50, "width": 32, "heads": 2, "layers": 1}
TOWERS = {
    "test-vit": {"image_size": SIZE, "layers": 4, "width": 32, "head_width": 16, "patch_size": 8},
    "test-resnet": {
        "image_size": SIZE,
        "layers": [1, 1, 1, 1],
        "width": 8,
        "head_width": 16,
        "patch_size": None,
    },
    "test-timm": {
        "image_size": SIZE,
        "timm_model_name": "resnet10t",
        "timm_pool": "avg",
        "timm_proj": "linear",
    },
}


@pytest.fixture(scope="module", autouse=True)
def registered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("configs")
    for name, tower in TOWERS.items():
        config = {"embed_dim": 24, "vision_cfg": tower, "text_cfg": TEXT}
        (folder / f"{name}.json").write_text(json.dumps(config))
    before = dict(open_clip.factory._MODEL_CONFIGS)
    open_clip.add_model_config(folder)
    yield
    open_clip.factory._MODEL_CONFIGS.clear()
    open_clip.factory._MODEL_CONFIGS.update(before)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 255, (2, SIZE, SIZE), dtype=np.uint8)


def whole(name):
    torch.manual_seed(1)
    return open_clip.create_model(name, load_weights=False).eval()


def published(monkeypatch, network, folder, **facts):
    """The weights of a network as open_clip would find them under the tag `own`."""
    save_file(network.state_dict(), folder / "w.safetensors")
    found = {"file": str(folder / "w.safetensors"), "hf_hub": "owner/name/", **facts}
    monkeypatch.setattr(open_clip, "get_pretrained_cfg", lambda model, tag: found if tag == "own" else {})


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize("name", TOWERS)
def test_a_tag_gives_the_librarys_image_vectors(name, tmp_path, monkeypatch, images):
    own = whole(name)
    published(monkeypatch, own, tmp_path, mean=(0.4, 0.5, 0.6))
    monkeypatch.setattr(source, "is_reachable", lambda url: False)
    monkeypatch.setattr("extractors.sources.hub.is_reachable", lambda url: False)
    backbone = load_backbone(BackboneSpec(f"open_clip:{name}/own"), size=SIZE, device=CPU)
    assert backbone.mean == (0.4, 0.5, 0.6)
    with torch.inference_mode():
        expected = own.encode_image(network_input(backbone, torch.from_numpy(images)))
    np.testing.assert_allclose(embed(backbone, images), expected, atol=1e-5)
    assert set(fetch_state(f"open_clip:{name}/own")) == {
        k for k in own.state_dict() if k.startswith("visual.")
    }


def test_a_file_may_hold_both_towers_and_must_fit(tmp_path, images):
    own = whole("test-vit")
    state = own.state_dict()
    save_file(state, tmp_path / "w.safetensors")
    spec = BackboneSpec("open_clip:test-vit", str(tmp_path / "w.safetensors"))
    backbone = load_backbone(spec, size=SIZE, device=CPU)
    with torch.inference_mode():
        expected = own.encode_image(network_input(backbone, torch.from_numpy(images)))
    np.testing.assert_allclose(embed(backbone, images), expected, atol=1e-5)
    state.pop("visual.proj")
    save_file(state, tmp_path / "w.safetensors")
    with pytest.raises(ValueError, match=r"1 missing \(proj\)"):
        load_backbone(spec, size=SIZE, device=CPU)
    save_file({**state, "surplus": torch.zeros(1)}, tmp_path / "w.safetensors")
    with pytest.raises(ValueError, match=r"1 unexpected \(surplus\)"):
        load_backbone(spec, size=SIZE, device=CPU)


def test_the_activation_is_that_of_the_weights(tmp_path, monkeypatch, images):
    own = whole("test-vit")
    vectors = []
    for quick in (True, False):
        published(monkeypatch, own, tmp_path, quick_gelu=quick)
        backbone = load_backbone(BackboneSpec("open_clip:test-vit/own"), size=SIZE, device=CPU)
        vectors.append(embed(backbone, images))
    torch.manual_seed(1)
    quick = open_clip.create_model("test-vit", load_weights=False, force_quick_gelu=True).eval()
    with torch.inference_mode():
        expected = quick.encode_image(network_input(backbone, torch.from_numpy(images)))
    np.testing.assert_allclose(vectors[0], expected, atol=1e-5)
    assert not np.allclose(vectors[0], vectors[1], atol=1e-5)


@pytest.mark.parametrize(
    ("name", "cls", "tokens"), [("test-vit", True, 17), ("test-resnet", False, 1), ("test-timm", False, 1)]
)
def test_tokens_are_those_before_the_projection(name, cls, tokens):
    network = load_backbone(BackboneSpec(f"open_clip:{name}", "random"), size=SIZE, device=CPU).network
    pictures = torch.rand(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        found, pooled = tokens_of(network, pictures), network(pictures)
    assert (found.cls, found.values.shape[1]) == (cls, tokens)
    if cls:
        torch.testing.assert_close(found.values[:, 0] @ network.inner.proj, pooled)


def test_another_size_than_the_models_says_which():
    with pytest.raises(
        ValueError, match=r"does not take 64 × 64 pixels \(it was trained with 32: image.size\)"
    ):
        load_backbone(BackboneSpec("open_clip:test-vit", "random"), size=64, device=CPU)


def test_unknown_models_and_tags_have_their_neighbours():
    with pytest.raises(ValueError, match=r"no model 'test-vt'; it has: .*test-vit"):
        load_backbone(BackboneSpec("open_clip:test-vt", "random"), size=SIZE, device=CPU)
    with pytest.raises(ValueError, match=r"no weights of 'ViT-B-32' with the tag 'opnai'; it has: openai"):
        load_backbone(BackboneSpec("open_clip:ViT-B-32/opnai"), size=SIZE, device=CPU)
    with pytest.raises(ValueError, match="open_clip:MODEL/TAG"):
        check_name("open_clip:a b")
    assert knows("open_clip:ViT-B-32")
    assert names() == []
    assert "laion" in provenance(BackboneSpec("open_clip:ViT-B-32/laion2b_s34b_b79k"))["source"].lower()


def test_offline_it_says_so_in_one_line(monkeypatch):
    monkeypatch.setattr(source, "is_reachable", lambda url: False)
    monkeypatch.setattr("extractors.sources.hub.is_reachable", lambda url: False)
    with pytest.raises(WeightsUnavailableError, match="no connection to"):
        load_backbone(BackboneSpec("open_clip:ViT-B-32/laion2b_s34b_b79k"), size=SIZE, device=CPU)


def test_without_the_library_one_line_names_the_extra(monkeypatch):
    def absent(module):
        raise ModuleNotFoundError(f"No module named '{module}'", name=module)

    monkeypatch.setattr(extras, "import_module", absent)
    with pytest.raises(
        ValueError, match=r"open_clip is not installed: pip install 'benchmark\[open_clip\]'$"
    ):
        load_backbone(BackboneSpec("open_clip:test-vit", "random"), size=SIZE, device=CPU)


def test_the_private_function_that_builds_the_tower_is_there():
    assert callable(open_clip.model._build_vision_tower)
    assert Path(open_clip.__file__).is_file()


@pytest.mark.parametrize(
    ("name", "block"), [("test-vit", "inner.transformer.resblocks.3."), ("test-resnet", "inner.attnpool.")]
)
def test_its_last_block_can_be_fine_tuned(name, block):
    backbone = load_backbone(BackboneSpec(f"open_clip:{name}", "random"), size=SIZE, device=CPU)
    found = trained_in_last_block(backbone, SIZE)
    assert found
    assert all(parameter.startswith((block, "inner.ln_post")) for parameter in found)


def test_weights_that_only_an_address_has_are_looked_for_in_the_librarys_cache(monkeypatch, tmp_path):
    address = "https://download.example/clip/0123/w.pt"
    monkeypatch.setattr(open_clip, "get_pretrained_cfg", lambda model, tag: {"url": address} if tag else {})
    monkeypatch.setenv("HOME", str(tmp_path))
    spec = BackboneSpec("open_clip:test-vit/own")
    assert source.origin(spec) == Origin(False, address)
    (tmp_path / ".cache/clip").mkdir(parents=True)
    (tmp_path / ".cache/clip/w.pt").touch()
    assert source.origin(spec).here
    with pytest.raises(ValueError, match="no weights of 'test-vit' with the tag"):
        source.origin(BackboneSpec("open_clip:test-vit"))
