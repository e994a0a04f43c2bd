import numpy as np
import pytest
from PIL import Image

from benchmark.datasets.audit.scan import scan
from tests.benchmark.datasets.audit.audited import radiographs


def test_facts_and_errors_are_those_of_the_files(tmp_path):
    paths = [tmp_path / name for name in ("a.png", "deep.png", "broken.png", "missing.png")]
    radiographs(1)[0].save(paths[0])
    Image.fromarray(np.arange(40_000, dtype=np.uint16).reshape(200, 200)).save(paths[1])
    paths[2].write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0")
    told: list[int] = []
    read = scan(paths, 1, told.append)
    assert read.facts[0].tolist() == [*radiographs(1)[0].size, 8]
    assert read.facts[1].tolist() == [200, 200, 16]
    assert [bool(error) for error in read.errors] == [False, False, True, True]
    assert not read.facts[2:].any()
    assert sum(told) == 4


@pytest.mark.slow  # two processes import torch
def test_two_processes_read_the_same_as_one(tmp_path):
    paths = []
    for number in range(70):
        paths.append(tmp_path / f"{number}.png")
        radiographs(8)[number % 8].save(paths[-1])
    one, two = scan(paths, 1), scan(paths, 2)
    assert np.array_equal(one.pictures.grey, two.pictures.grey)
    assert np.allclose(one.key_points.descriptors, two.key_points.descriptors, atol=1e-4)
