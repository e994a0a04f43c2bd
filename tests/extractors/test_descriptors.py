import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from extractors.descriptors import GROUP, descriptors, side_by_side
from extractors.embeddings import Failure, load_embeddings
from extractors.specs import DescriptorSpec
from tests.extractors.test_embeddings import stored_pixels

MODULE = """
from extractors.descriptors import Descriptor

def brightness(image):
    return [image.mean(), image.std(), (image > 0.5).mean()]

MINE = Descriptor("brightness", 3, "mean grey values", brightness)
"""


def test_names_are_known_without_heavy_imports():
    code = (
        "import sys; from extractors.descriptors import descriptors; print(*descriptors());"
        "assert not {'numpy', 'skimage', 'torch'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["edges", "hog", "lbp", "glcm", "combined"]


@pytest.mark.parametrize("name", ["edges", "hog", "lbp", "glcm", "combined"])
def test_each_begins_with_version_one(name):
    assert DescriptorSpec(name).identity() == {"descriptor": name, "version": 1}


def test_combined_has_all_others_and_one_version_more_whenever_a_part_has():
    *parts, combined = descriptors().values()
    assert side_by_side("combined", combined.label, parts) == combined
    newer = [replace(part, version=2) if part.name == "lbp" else part for part in parts]
    assert side_by_side("combined", combined.label, newer).version == 2


def test_a_descriptor_of_another_package_is_embedded_in_worker_processes(install, tmp_path):
    install(GROUP, "third_party_module:MINE", MODULE)
    assert list(descriptors())[-1] == "brightness"
    spec = DescriptorSpec("brightness")
    assert spec.identity() == {"descriptor": "brightness", "version": 3}
    pixels = stored_pixels(tmp_path, n=70)  # three chunks for two processes
    mine, edges = load_embeddings(tmp_path / "c", pixels, [spec, DescriptorSpec("edges")], jobs=2)
    assert mine.data.shape == (70, 3)
    assert len(edges.data) == 70
    assert np.isfinite(mine.data).all()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("raise KeyError('mask')", "KeyError: 'mask'"),
        ("assert image.any()", "AssertionError"),
        ("assert not image.any()", "AssertionError"),  # not for the blank image that tells the width
        ("return image", "gives .64, 64., not a vector"),
        ("return [1.0] * int(1 + 3 * image.mean())", "."),
    ],
)
def test_one_that_fails_does_not_stop_the_others(install, tmp_path, body, problem):
    install(GROUP, "third_party_module:MINE", MODULE.replace("return [image", f"{body}; return [image"))
    pixels = stored_pixels(tmp_path, n=4, size=64)
    extractors = [DescriptorSpec("lbp"), DescriptorSpec("brightness")]
    fine, failure = load_embeddings(tmp_path / "c", pixels, extractors)
    assert len(fine.data) == 4
    assert isinstance(failure, Failure)
    assert re.match(problem, failure.error.removeprefix("descriptor 'brightness' "))
    assert "\n" not in failure.error
