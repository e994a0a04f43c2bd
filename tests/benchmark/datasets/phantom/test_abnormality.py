"""What befalls the phantom's bones: seen in its box at difficulty 0 in every view, fainter at 1, told apart by kind."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmark.datasets.phantom.abnormality import KIND_SHARES, KINDS, Abnormality, Box, place_abnormality
from benchmark.datasets.phantom.anatomy import BODY_PARTS, VIEWS, Bone
from benchmark.datasets.phantom.rendering import render

SIZE = 192


def _drawn(
    part: str, view: str, abnormality: Abnormality | None, number: int = 0
) -> tuple[NDArray[np.float64], Box | None]:
    pixels, box = render(
        part,
        view,
        anatomy=np.random.default_rng([number, 1]),
        random=np.random.default_rng([number, 2]),
        difficulty=0.0,
        long_side=SIZE,
        abnormality=abnormality,
    )
    return pixels.astype(float), box


def _change(part: str, view: str, abnormality: Abnormality, number: int = 0) -> NDArray[np.float64]:
    """How much the abnormality changes each pixel of its box."""
    pixels, box = _drawn(part, view, abnormality, number)
    normal, _ = _drawn(part, view, None, number)
    assert box is not None
    x0, y0, x1, y1 = box
    return (pixels - normal)[y0:y1, x0:x1]


@pytest.mark.parametrize("kind", KINDS)
def test_an_obvious_abnormality_is_seen_in_its_box_in_every_view_of_every_part(kind):
    for number, (part, view) in enumerate(product(BODY_PARTS, VIEWS)):
        for variant in (0.1, 0.8):
            change = _change(part, view, Abnormality(kind, number, 0.5, variant, 0.0), number)
            assert np.sort(np.abs(change), axis=None)[-10] > 8, (part, view, variant)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("variant", [0.1, 0.8])
def test_a_subtle_abnormality_changes_less(kind, variant):
    def total(subtle: float) -> float:
        changes = [
            np.abs(_change(part, "ap", Abnormality(kind, 0, 0.5, variant, subtle), n)).sum()
            for n, part in enumerate(BODY_PARTS)
        ]
        return float(np.sum(changes))

    assert total(1.0) < 0.7 * total(0.0)
    assert total(1.0) < total(0.5) < 1.1 * total(0.0)  # a bone moved by its width changes no more by two


@pytest.mark.parametrize(("variant", "sign"), [(0.2, 1), (0.7, -1)])
def test_sclerotic_lesions_are_brighter_and_lytic_ones_darker(variant, sign):
    change = _change("humerus", "ap", Abnormality("lesion", 0, 0.5, variant, 0.0))
    assert sign * change.mean() > 1


def test_a_fracture_is_dark_and_an_implant_bright():
    assert _change("forearm", "ap", Abnormality("fracture", 0, 0.5, 0.4, 0.9)).mean() < 0
    for variant in (0.1, 0.8):
        change = _change("forearm", "ap", Abnormality("implant", 0, 0.5, variant, 0.0))
        assert change.min() == 0
        assert change.max() > 60


def test_boxes_lie_within_the_film_wherever_the_bone_lies():
    random = np.random.default_rng(0)
    for kind, _ in product(KINDS, range(100)):
        bones = [Bone(*random.uniform(-200, 300, (2, 2)), shaft=8.0, joint=12.0)]
        _, box = place_abnormality(bones, Abnormality(kind, 5, 0.4, 0.6, 0.2), 90, 120)
        assert box is not None
        x0, y0, x1, y1 = box
        assert 0 <= x0 <= x1 <= 120
        assert 0 <= y0 <= y1 <= 90


def test_a_bone_that_the_film_does_not_show_passes_its_abnormality_on():
    away = Bone(np.array([-90.0, -90]), np.array([-80.0, -60]), 5.0, 8.0, ray=1)
    shown = Bone(np.array([50.0, 20]), np.array([50.0, 80]), 5.0, 8.0, ray=2)
    for kind in KINDS:
        placed, box = place_abnormality([away, shown], Abnormality(kind, 0, 0.5, 0.6, 0.2), 100, 100)
        assert [item.abnormality is not None for item in placed] == [False, True]
        assert box is not None
        assert box[0] < box[2]


def test_a_dislocation_takes_along_what_hangs_on_the_bone_and_nothing_else():
    ray = [Bone(np.array([50.0, y]), np.array([50.0, y - 18]), 4.0, 6.0, ray=1) for y in (80.0, 60.0, 40.0)]
    other = Bone(np.array([20.0, 80]), np.array([20.0, 20]), 4.0, 6.0, ray=2)
    placed, _ = place_abnormality([*ray, other], Abnormality("dislocation", 1, 0.5, 0.6, 0.2), 100, 100)
    moved = [
        bool(np.linalg.norm(p.bone.start - b.start) > 3) for p, b in zip(placed, [*ray, other], strict=True)
    ]
    assert moved == [False, True, True, False]


def test_the_shares_of_the_kinds_are_a_whole():
    assert len(KIND_SHARES) == len(KINDS)
    assert sum(KIND_SHARES) == pytest.approx(1)
