import numpy as np
from PIL import ImageOps

from benchmark.datasets.audit.neighbours import candidates
from benchmark.datasets.audit.screening import screened
from tests.benchmark.datasets.audit.audited import radiographs, scanned


def test_the_map_of_a_mirrored_copy_mirrors():
    images = radiographs(5)
    read = scanned([*images, ImageOps.mirror(images[2])])
    pairs = screened(read.key_points, candidates(read.key_points))
    (row,) = np.flatnonzero((pairs.first == 2) & (pairs.second == 5))
    assert np.allclose(pairs.maps[row], [[-1, 0, 0], [0, 1, 0]], atol=0.1)


def test_each_pair_is_there_once_and_the_first_is_below_the_second():
    images = radiographs(8)
    read = scanned([*images, *images])
    pairs = screened(read.key_points, candidates(read.key_points))
    assert (pairs.first < pairs.second).all()
    assert len({*zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)}) == len(pairs)
    assert {(row, row + 8) for row in range(8)} <= {
        *zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)
    }


def test_without_matches_there_are_no_pairs():
    read = scanned([radiographs(1)[0]])
    assert len(screened(read.key_points, candidates(read.key_points))) == 0
