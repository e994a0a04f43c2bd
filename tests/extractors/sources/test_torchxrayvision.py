import warnings

import numpy as np
import pytest
import torch
import torchvision
from safetensors.torch import save_file

from extractors.backbones import embed, fetch_state, load_backbone, network_input
from extractors.errors import WeightsUnavailableError
from extractors.sources import check_name, extras
from extractors.sources import torchxrayvision as source
from extractors.sources.torchxrayvision import knows, names, provenance
from extractors.specs import BackboneSpec
from extractors.tokens import tokens_of
from tests.extractors.sources.offline import no_sockets as no_sockets
from tests.extractors.sources.training import trained_in_last_block

with warnings.catch_warnings():  # it sets filters for the whole process
    import torchxrayvision

CPU = torch.device("cpu")
NAME, RESNET = "torchxrayvision/densenet121-res224-all", "torchxrayvision/resnet50-res512-all"
SMALL = {"growth_rate": 4, "block_config": [1, 2], "num_init_features": 8}


def small():
    torch.manual_seed(1)
    return torchxrayvision.models.DenseNet(**SMALL).eval()


def file_of(network, folder):
    save_file(network.state_dict(), folder / "w.safetensors")
    return str(folder / "w.safetensors")


@pytest.mark.usefixtures("no_sockets")
def test_the_vectors_and_the_scale_are_the_librarys(tmp_path, noise_images):
    own = small()
    backbone = load_backbone(BackboneSpec(NAME, file_of(own, tmp_path), SMALL), size=64, device=CPU)
    scaled = torchxrayvision.datasets.normalize(noise_images.astype(np.float32), 255)
    given = network_input(backbone, torch.from_numpy(noise_images))
    torch.testing.assert_close(given[:, 0], torch.from_numpy(scaled), atol=1e-3, rtol=1e-5)
    with torch.inference_mode():
        expected = own.features2(given)
    np.testing.assert_allclose(embed(backbone, noise_images), expected, atol=1e-5 * float(expected.max()))
    with torch.inference_mode():
        found = tokens_of(backbone.network, given)
        torch.testing.assert_close(found.values.mean(1), backbone.network(given))
    assert not found.cls


def test_the_resnet_is_torchvisions_with_one_channel(tmp_path, noise_images):
    torch.manual_seed(2)
    own = torchvision.models.resnet50(num_classes=18, weights=None)
    own.conv1 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    backbone = load_backbone(BackboneSpec(RESNET, file_of(own.eval(), tmp_path)), size=64, device=CPU)
    own.fc = torch.nn.Identity()
    with torch.inference_mode():
        expected = own(network_input(backbone, torch.from_numpy(noise_images)))
    np.testing.assert_allclose(
        embed(backbone, noise_images), expected, rtol=1e-4, atol=1e-4 * float(expected.max())
    )


def test_weights_of_the_library_in_its_cache(tmp_path, monkeypatch, noise_images):
    """The library's files hold a whole pickled network, which only its own loader reads."""
    network = small()
    url = torchxrayvision.models.model_urls["densenet121-res224-all"]["weights_url"]
    torch.save(network, tmp_path / url.rpartition("/")[2])
    monkeypatch.setattr(torchxrayvision.utils, "get_cache_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torchxrayvision.models, "get_model", lambda name: small())
    backbone = load_backbone(BackboneSpec(NAME), size=64, device=CPU)
    assert backbone.licence.startswith("Apache-2.0")
    with torch.inference_mode():
        expected = network.features2(network_input(backbone, torch.from_numpy(noise_images)))
    np.testing.assert_allclose(embed(backbone, noise_images), expected, atol=1e-5 * float(expected.max()))
    assert "classifier.weight" in fetch_state(NAME)


def test_a_missing_weight_is_an_error(tmp_path):
    state = small().state_dict()
    state.pop("features.norm5.bias")
    save_file(state, tmp_path / "w.safetensors")
    with pytest.raises(ValueError, match=r"1 missing \(.*features.norm5.bias\)"):
        load_backbone(BackboneSpec(NAME, str(tmp_path / "w.safetensors"), SMALL), size=64, device=CPU)


def test_names_are_those_of_the_library():
    own = {name for name in torchxrayvision.models.model_urls if "-res" in name}
    assert {name.removeprefix("torchxrayvision/") for name in names()} == own
    assert knows(NAME)
    with pytest.raises(ValueError, match="did you mean torchxrayvision/densenet121-res224-all"):
        check_name("torchxrayvision/densenet121-res224-al")
    assert provenance(BackboneSpec(RESNET))["source"].startswith("https://github.com/mlmed")


def test_offline_it_says_so_in_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr(source, "is_reachable", lambda url: False)
    monkeypatch.setattr(torchxrayvision.utils, "get_cache_dir", lambda: str(tmp_path))
    with pytest.raises(WeightsUnavailableError, match=r"no connection to github.com"):
        load_backbone(BackboneSpec(NAME), size=64, device=CPU)


def test_without_the_library_one_line_names_the_extra(monkeypatch):
    def absent(module):
        raise ModuleNotFoundError(f"No module named '{module}'", name=module)

    monkeypatch.setattr(extras, "import_module", absent)
    with pytest.raises(ValueError, match=r"pip install 'benchmark\[torchxrayvision\]'$"):
        load_backbone(BackboneSpec(NAME), size=64, device=CPU)


def test_its_last_block_can_be_fine_tuned():
    backbone = load_backbone(BackboneSpec(NAME, "random", SMALL), size=64, device=CPU)
    found = trained_in_last_block(backbone, 64)
    assert found
    assert all(name.startswith(("inner.features.denseblock2", "inner.features.norm5")) for name in found)
