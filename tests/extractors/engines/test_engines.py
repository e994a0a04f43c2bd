import os
import subprocess
import sys

import pytest

from extractors import engines
from extractors.engines import AUTO, ENGINES, NAMES, TORCH, WORTH_COMPILING, WORTH_IMAGES, engines_for

MANY = WORTH_IMAGES


def names(*arguments):
    return [engine.name for engine in engines_for(*arguments)]


def test_importing_the_registry_imports_no_engine():
    code = f"import sys, extractors.engines; assert not {set(ENGINES)!r} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_auto_takes_what_is_installed_in_the_order_of_speed(monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda name: name)
    assert names(AUTO, "cpu", MANY) == ["onnxruntime", "openvino"]
    speeds = [engine.speed for engine in ENGINES.values()]
    assert speeds == sorted(speeds, reverse=True)
    monkeypatch.setattr(engines, "find_spec", lambda name: name == "openvino" or None)
    assert names(AUTO, "cpu", MANY) == ["openvino"]


@pytest.mark.parametrize(
    ("asked", "device", "images"),
    [
        (AUTO, "cuda", MANY - 1),
        (AUTO, "mps", MANY),
        (AUTO, "cpu", MANY - 1),
        (TORCH, "cpu", MANY),
        (TORCH, "cuda", 1),
    ],
)
def test_torch_runs_few_images_and_devices_without_an_engine(asked, device, images):
    assert names(asked, device, images) == []


def test_on_cuda_auto_takes_bfloat16_and_compiles_for_a_long_pass():
    assert names(AUTO, "cuda", MANY) == ["bfloat16"]
    assert names(AUTO, "cuda", WORTH_COMPILING) == ["bfloat16_compiled", "bfloat16"]
    assert names("bfloat16_compiled", "cuda", 1) == ["bfloat16_compiled"]


def test_an_engine_that_is_named_is_taken_for_any_number_of_images():
    assert names("onnxruntime", "cpu", 1) == ["onnxruntime"]


@pytest.mark.parametrize(
    ("asked", "device", "said"),
    [
        ("onxruntime", "cpu", "no engine is named 'onxruntime'; did you mean 'onnxruntime'"),
        ("onnxruntime", "cuda", "runs on cpu, not on cuda: use the device cpu, or the engine auto"),
        ("bfloat16", "cpu", "runs on cuda, not on cpu: use the device cuda"),
        ("openvino", "cpu", "install the extra 'openvino' of benchmark"),
    ],
)
def test_an_engine_that_cannot_be_used_is_an_error_that_says_the_way_out(monkeypatch, asked, device, said):
    monkeypatch.setattr(engines, "find_spec", lambda name: None if name == "openvino" else name)
    with pytest.raises(ValueError, match=said):
        engines_for(asked, device, 1)


def test_every_engine_that_is_installed_has_a_version():
    assert all(engine.version for engine in ENGINES.values() if engine.installed)
    assert NAMES[0] == AUTO


ALONE = """
import sys, torch
from extractors.engines import ENGINES
layers = torch.nn.Conv2d(3, 4, 3), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()
run = ENGINES[sys.argv[1]].compile(torch.nn.Sequential(*layers).eval(), (3, 16, 16))
assert run(torch.zeros(4, 3, 16, 16)).shape == (4, 4)
"""


@pytest.mark.parametrize("name", ["onnxruntime", "openvino"])
def test_an_engine_keeps_nothing_about_its_user(name, tmp_path):
    """ONNX Runtime's telemetry has a database in the user's cache, unless it is switched off before the import."""
    if not ENGINES[name].installed:
        pytest.skip(f"{name} is not installed")
    folders = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-c", ALONE, name], env=environment | folders, check=True)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
