import doctest
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import extractors
from extractors import embed_images
from extractors.backbones import embed as embed_with
from extractors.backbones import load_backbone
from extractors.devices import choose_device
from extractors.handcrafted import describe
from extractors.pixels import UnreadableImageError, decode
from extractors.specs import BackboneSpec
from tests.extractors.image_cases import POSTSCRIPT, ghostscript_that_leaves_a_mark


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, extractors; assert not {'numpy', 'torch'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="no attribute 'embedd'"):
        _ = extractors.embedd


def test_its_example_is_true():
    assert doctest.testmod(embed_images).failed == 0


@pytest.mark.parametrize(("name", "weights"), [("bundled", ""), ("mobilenetv3_small_050", "random")])
def test_a_backbone_gives_what_the_embedding_cache_stores(noise_images, name, weights):
    vectors = extractors.embed(noise_images, name, weights=weights, device="cpu", batch_size=3)
    backbone = load_backbone(BackboneSpec(name, weights), size=64, device=choose_device("cpu"))
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, embed_with(backbone, noise_images), atol=1e-5)


def test_a_descriptor_is_called_by_its_name(noise_images):
    vectors = extractors.embed(noise_images, "lbp")
    np.testing.assert_array_equal(vectors, describe(noise_images, ["lbp"])["lbp"])


def test_paths_are_decoded_and_padded_by_the_projects_own_code(tmp_path, noise_images):
    paths = [tmp_path / f"{i}.png" for i in range(2)]
    for path, image in zip(paths, noise_images, strict=False):
        Image.fromarray(image[:40]).save(path)
    squares = np.stack([decode(path, 96, "pad") for path in paths])
    vectors = extractors.embed([str(path) for path in paths], "hog", size=96)
    np.testing.assert_array_equal(vectors, extractors.embed(squares, "hog"))
    (tmp_path / "0.png").write_bytes(b"no image")
    with pytest.raises(UnreadableImageError, match=r"0\.png"):
        extractors.embed(paths, "hog")


@pytest.mark.parametrize(
    ("images", "arguments", "problem"),
    [
        (np.zeros((2, 8, 8)), {}, "float64"),
        (np.zeros((8, 8), np.uint8), {}, r"\(8, 8\)"),
        (np.zeros((0, 8, 8), np.uint8), {}, "at least one image"),
        ([], {}, "at least one path"),
        ("a.png", {}, "not 'a.png'"),
        (np.zeros((2, 8, 8), np.uint8), {"weights": "random"}, "'lbp' has no weights 'random'"),
        (np.zeros((2, 8, 8), np.uint8), {"batch_size": 0}, "batch_size"),
    ],
)
def test_wrong_arguments_are_errors(images, arguments, problem):
    with pytest.raises(ValueError, match=problem):
        extractors.embed(images, "lbp", **arguments)


def test_a_file_of_another_format_starts_no_program(tmp_path, monkeypatch):
    (tmp_path / "x.png").write_bytes(POSTSCRIPT)
    mark = ghostscript_that_leaves_a_mark(tmp_path, monkeypatch)
    with pytest.raises(UnreadableImageError, match=r"x\.png: .*not a PNG"):
        extractors.embed([tmp_path / "x.png"], "bundled", device="cpu")
    assert not mark.exists()


def test_an_engine_is_called_by_its_name(noise_images):
    theirs = extractors.embed(noise_images, "bundled", device="cpu", engine="onnxruntime")
    ours = extractors.embed(noise_images, "bundled", device="cpu", engine="torch")
    np.testing.assert_allclose(theirs, ours, atol=1e-4)
    with pytest.raises(ValueError, match="no engine is named 'onnx'; allowed: auto, "):
        extractors.embed(noise_images, "bundled", device="cpu", engine="onnx")
