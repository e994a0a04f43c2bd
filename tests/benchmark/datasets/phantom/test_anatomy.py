"""The phantom's skeletons: every part has bones in every view, and a patient's are the same again."""

from itertools import pairwise, product

import numpy as np
import pytest

from benchmark.datasets.phantom.anatomy import BODY_PARTS, VIEWS, skeleton

EVERY_VIEW = pytest.mark.parametrize(("part", "view"), list(product(BODY_PARTS, VIEWS)))


def bones_of(part, view, seed=0):
    return skeleton(part, view, np.random.default_rng(seed))


def width(bones):
    ends = np.array([[bone.start, bone.end] for bone in bones])
    return np.ptp(ends[..., 0])


@EVERY_VIEW
def test_every_part_has_a_bone_that_may_be_abnormal_and_all_have_a_width(part, view):
    bones = bones_of(part, view)
    assert any(bone.main for bone in bones)
    for bone in bones:
        assert bone.shaft > 0
        assert bone.joint >= bone.shaft, "a bone is widest at its ends"
        assert np.isfinite([bone.start, bone.end]).all()
    assert any(np.abs((bone.start + bone.end) / 2).max() < 1 for bone in bones if bone.main), "on the film"


@EVERY_VIEW
def test_a_patient_is_the_same_again_and_others_differ(part, view):
    first, again, other = (bones_of(part, view, seed) for seed in (3, 3, 4))
    for one, two, three in zip(first, again, other, strict=True):
        assert np.array_equal(one.start, two.start)
        assert (one.shaft, one.joint) == (two.shaft, two.joint)
        assert not np.array_equal(one.start, three.start)
        assert np.abs(one.start - three.start).max() < 0.4, "people vary a little"


@pytest.mark.parametrize("part", ["hand", "wrist", "forearm", "shoulder"])
def test_a_part_is_narrower_from_the_side(part):
    assert width(bones_of(part, "lateral")) < 0.6 * width(bones_of(part, "ap"))


def test_bones_of_one_ray_hang_on_each_other_in_their_order():
    rays = {}
    for bone in bones_of("hand", "ap"):
        if bone.main:
            rays.setdefault(bone.ray, []).append(bone)
    fingers = [bones for bones in rays.values() if len(bones) > 1]
    assert len(fingers) == 5
    for bones in fingers:
        for near, far in pairwise(bones):
            assert np.hypot(*(far.start - near.end)) < 0.15
            assert far.shaft < near.shaft, "towards the tip"
