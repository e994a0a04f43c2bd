import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from extractors import bundled
from extractors.backbones import embed, load_backbone, network_input
from extractors.digests import file_digest
from extractors.specs import BackboneSpec
from extractors.weights import read_state

CPU = torch.device("cpu")
ROOT = Path(__file__).parents[3]
OURS = BackboneSpec("bundled")


def images(n=4, size=64):
    return np.random.default_rng(0).integers(0, 255, (n, size, size), dtype=np.uint8)


def test_the_file_is_small_and_in_float16():
    assert bundled.FILE.stat().st_size <= 6 * 10**6
    assert {value.dtype for value in read_state(bundled.FILE).values()} == {torch.float16}
    assert all(value.isfinite().all() for value in read_state(bundled.FILE).values())


def test_its_weights_are_loaded_and_differ_from_the_random_control():
    ours, random = (
        load_backbone(spec, size=64, device=CPU) for spec in (OURS, BackboneSpec("bundled", "random"))
    )
    assert ours.width == random.width == 384
    assert (ours.spec.label, random.spec.label) == ("bundled", "bundled-random")
    shipped, loaded = read_state(bundled.FILE), ours.network.state_dict()
    assert all(torch.equal(loaded[name], value.float()) for name, value in shipped.items())
    assert not np.allclose(embed(ours, images()), embed(random, images()))


def test_a_truncated_file_is_an_error_that_lists_what_is_missing(tmp_path, monkeypatch):
    from safetensors.torch import save_file

    state = read_state(bundled.FILE)
    state.pop("conv1.weight")
    save_file(state, tmp_path / "part.safetensors")
    monkeypatch.setattr(bundled, "FILE", tmp_path / "part.safetensors")
    with pytest.raises(ValueError, match=r"1 missing \(conv1.weight\)"):
        load_backbone(OURS, size=64, device=CPU)


def test_pixels_enter_one_channel_by_its_own_mean_and_spread():
    backbone = load_backbone(OURS, size=64, device=CPU)
    grey = network_input(backbone, torch.tensor([[[0, 255]]], dtype=torch.uint8))
    assert grey.shape == (1, 1, 1, 2)
    assert grey.flatten().tolist() == pytest.approx([-2, 2])


def test_identity_is_the_digest_of_the_file_and_no_folder():
    digest = file_digest(bundled.FILE)
    assert OURS.asked() == {"name": "bundled"}
    assert OURS.identity()["weights"] == digest
    assert str(ROOT) not in repr(OURS.identity())
    assert BackboneSpec("bundled", "random").asked() == {"name": "bundled", "weights": "random"}
    assert BackboneSpec("bundled", "bundled") == OURS


@pytest.mark.slow
def test_the_wheel_holds_the_weights_and_their_card(tmp_path):
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(tmp_path),
        str(ROOT),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and "hatchling" in done.stderr:
        pytest.skip("needs hatchling, which no package index gave")
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("benchmark-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        name = f"extractors/bundled/{bundled.FILE.name}"
        assert archive.read(name) == bundled.FILE.read_bytes()
        assert "extractors/bundled/MODEL_CARD.md" in archive.namelist()
