"""The skeletons of the phantom: the bones of a body part in a view, as capsules in relative coordinates.

The coordinates were chosen by hand; they come from no anatomical atlas.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Coordinates = NDArray[np.float64]
BODY_PARTS = ("elbow", "finger", "forearm", "hand", "humerus", "shoulder", "wrist")
VIEWS = ("ap", "lateral", "oblique")
_SQUEEZE = {
    "ap": 1.0,
    "lateral": 0.35,
    "oblique": 0.7,
}  # width of a body part as a share of its width in the ap view; chosen by hand


@dataclass(frozen=True)
class Bone:
    """A capsule from `start` to `end` (x, y in units of half the image's height, y downwards).

    `shaft` and `joint` are its radii in the middle and at the ends, `flesh` the least radius of the
    soft tissue around it. Bones with the same `ray` form a chain, in list order: a bone that moves takes the
    later ones with it. Only `main` bones can have an abnormality.
    """

    start: Coordinates
    end: Coordinates
    shaft: float
    joint: float
    ray: int = 0
    main: bool = True
    flesh: float = 0.0


def skeleton(part: str, view: str, random: np.random.Generator) -> list[Bone]:
    """The bones of one patient's body part; `random` varies their lengths, widths and angles slightly."""
    bones = _BONES[part](view)
    sturdy, stretch = random.uniform(0.85, 1.15), random.uniform(0.92, 1.08)
    squeeze = 1.0 if part in ("elbow", "humerus") else _SQUEEZE[view]
    scale = np.array([squeeze * stretch, stretch])
    return [
        replace(
            bone,
            start=bone.start * scale + random.normal(0, 0.008, 2),
            end=bone.end * scale + random.normal(0, 0.008, 2),
            shaft=bone.shaft * sturdy,
            joint=bone.joint * sturdy,
        )
        for bone in bones
    ]


def _bone(x0: float, y0: float, x1: float, y1: float, shaft: float, joint: float, ray: int = 0) -> Bone:
    return Bone(np.array([x0, y0]), np.array([x1, y1]), shaft, joint, ray)


def _minor(x0: float, y0: float, x1: float, y1: float, shaft: float, joint: float, ray: int = 9) -> Bone:
    return replace(_bone(x0, y0, x1, y1, shaft, joint, ray), main=False)


def _ray(
    x0: float, y0: float, x1: float, y1: float, cuts: tuple[float, ...], width: float, ray: int
) -> list[Bone]:
    """A chain of bones along a line, divided at `cuts`, each thinner than the one before."""
    a, b = np.array([x0, y0]), np.array([x1, y1])
    ends = [0.0, *cuts, 1.0]
    return [
        Bone(
            a + (b - a) * (low + 0.02),
            a + (b - a) * (high - 0.02),
            width * 0.88**i,
            width * 1.5 * 0.88**i,
            ray,
        )
        for i, (low, high) in enumerate(pairwise(ends))
    ]


def _finger(view: str) -> list[Bone]:
    bend = {"ap": 0.0, "lateral": 0.3, "oblique": 0.12}[view]
    metacarpal = _minor(bend * 0.3, 0.87, bend * 0.3, 1.6, 0.14, 0.21)
    return [*_ray(bend * 0.3, 0.82, -bend, -0.85, (0.42, 0.74), 0.13, 0), metacarpal]


def _hand(view: str) -> list[Bone]:
    rays = [
        (-0.18, -0.42, -0.35),
        (-0.07, -0.16, -0.82),
        (0.02, 0.06, -0.92),
        (0.11, 0.28, -0.82),
        (0.19, 0.5, -0.6),
    ]
    bones = [b for i, (x0, x1, y) in enumerate(rays) for b in _ray(x0, 0.42, x1, y, (0.45, 0.75), 0.045, i)]
    carpals = [
        _minor(x, y, x + 0.02, y, 0.06, 0.06)
        for x, y in ((-0.12, 0.52), (0.0, 0.5), (0.12, 0.52), (0.02, 0.62))
    ]
    return (
        bones
        + carpals
        + [_bone(-0.08, 0.7, -0.1, 1.2, 0.08, 0.13, 6), _bone(0.12, 0.72, 0.13, 1.2, 0.06, 0.08, 7)]
    )


def _wrist(view: str) -> list[Bone]:
    carpals = [
        _minor(x, y, x + 0.03, y - 0.02, 0.095, 0.095)
        for x, y in (
            (-0.25, -0.1),
            (-0.08, -0.14),
            (0.1, -0.12),
            (0.24, -0.06),
            (-0.2, -0.32),
            (-0.03, -0.34),
            (0.16, -0.3),
        )
    ]
    hand = [
        _bone(x, -0.48, 1.6 * x, -1.2, 0.075, 0.11, i + 2) for i, x in enumerate((-0.3, -0.1, 0.08, 0.25))
    ]
    return [
        _bone(-0.12, 0.06, -0.16, 1.25, 0.13, 0.24),
        _bone(0.22, 0.1, 0.2, 1.25, 0.095, 0.13, 1),
        *carpals,
        *hand,
    ]


def _forearm(view: str) -> list[Bone]:
    return [
        _bone(-0.1, -0.78, -0.16, 0.82, 0.085, 0.14),
        _bone(0.14, -0.86, 0.12, 0.8, 0.08, 0.12, 1),
        _minor(0.02, -1.3, 0.02, -0.98, 0.13, 0.24),
        _minor(-0.06, 0.98, 0.08, 1.0, 0.13, 0.13),
    ]


def _elbow(view: str) -> list[Bone]:
    if view == "lateral":
        return [
            _bone(-0.2, 0.12, -0.5, -1.2, 0.14, 0.2, 2),
            _bone(-0.02, 0.2, 1.2, 0.12, 0.1, 0.15),
            _bone(-0.22, 0.36, 1.2, 0.42, 0.11, 0.17, 1),
        ]
    lean = 0.12 if view == "oblique" else 0.0
    return [
        _bone(0, -0.08, lean, -1.25, 0.15, 0.29, 2),
        _bone(-0.15, 0.08, -0.2 - lean, 1.25, 0.095, 0.16),
        _bone(0.13, 0.06, 0.18 - lean, 1.25, 0.11, 0.17, 1),
    ]


def _humerus(view: str) -> list[Bone]:
    lean = {"ap": 0.1, "lateral": -0.08, "oblique": 0.0}[view]
    return [
        _bone(lean, -0.72, -lean, 0.82, 0.12, 0.2),
        _minor(lean + 0.08, -0.78, lean + 0.1, -0.74, 0.2, 0.2),
        _minor(-lean - 0.1, 1.0, -lean - 0.12, 1.3, 0.1, 0.14),
        _minor(-lean + 0.12, 1.0, -lean + 0.12, 1.3, 0.1, 0.15),
    ]


def _shoulder(view: str) -> list[Bone]:
    ribs = [
        replace(_minor(0.35, y, 1.1, y - 0.22 + 0.1 * i, 0.035, 0.035), flesh=0.28)
        for i, y in enumerate((-0.1, 0.2, 0.5, 0.8))
    ]
    return [
        _bone(-0.12, -0.52, 1.0, -0.62, 0.06, 0.08, 2),
        _minor(-0.3, -0.12, -0.26, -0.08, 0.24, 0.24),
        _bone(-0.32, 0.0, -0.5, 1.25, 0.14, 0.2),
        _bone(0.12, -0.2, 0.3, 0.75, 0.06, 0.12, 1),
        _minor(0.12, -0.36, 0.75, -0.3, 0.07, 0.09),
        *ribs,
    ]


_BONES = {
    "elbow": _elbow,
    "finger": _finger,
    "forearm": _forearm,
    "hand": _hand,
    "humerus": _humerus,
    "shoulder": _shoulder,
    "wrist": _wrist,
}
