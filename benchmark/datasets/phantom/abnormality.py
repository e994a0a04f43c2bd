"""The abnormalities of the phantom (fracture, dislocation, lesion, implant) and their bounding boxes.

The numbers in this module were chosen by hand; none is measured or tuned.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.phantom.anatomy import Bone

Layer = NDArray[np.float32]
Box = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels; x1 and y1 are the first ones outside
KINDS = ("fracture", "dislocation", "lesion", "implant")
KIND_SHARES = (0.3, 0.2, 0.2, 0.3)
_MARGIN = 0.1  # share of each side of the image that is kept free of abnormalities


@dataclass(frozen=True)
class Abnormality:
    """The abnormality of a study, the same in all views: its kind, and its place on one of the main bones."""

    kind: str
    bone: int  # number of the main bone, modulo how many there are
    along: float  # 0..1 from the bone's start to its end
    variant: float  # 0..1: angle, side, lytic against sclerotic, or wire against plate
    subtle: float  # 0 (obvious) to 1 (barely visible)


@dataclass(frozen=True)
class Placed:
    """A bone in pixels, and its abnormality if it has one."""

    bone: Bone
    abnormality: Abnormality | None = None


def place_abnormality(
    bones: Sequence[Bone], abnormality: Abnormality | None, height: int, width: int
) -> tuple[list[Placed], Box | None]:
    """Place the abnormality on a bone; a dislocation moves that bone and the later bones of its chain.

    `bones` are in pixels. The box (None without an abnormality) encloses the fracture line, the joint, the
    lesion or the implant, clipped to the image; displaced parts of bones may lie outside of it.
    """
    if abnormality is None:
        return [Placed(bone) for bone in bones], None
    target, along = _visible_place(bones, abnormality, np.array([width, height]))
    abnormality, bone = replace(abnormality, along=along), bones[target]
    if abnormality.kind == "dislocation":
        shift = _side(bone) * bone.joint * (1.8 - 1.3 * abnormality.subtle) * _sign(abnormality)
        bones = [
            replace(b, start=b.start + shift, end=b.end + shift) if n >= target and b.ray == bone.ray else b
            for n, b in enumerate(bones)
        ]
    placed = [Placed(b, abnormality if n == target else None) for n, b in enumerate(bones)]
    middle = bone.start + (bone.end - bone.start) * along
    return placed, _box(middle, _reach(abnormality, bone), height, width)


def _visible_place(
    bones: Sequence[Bone], abnormality: Abnormality, size: NDArray[np.int64]
) -> tuple[int, float]:
    """The number of the wanted main bone, or the next visible one, and the nearest visible place along it."""
    main = [number for number, bone in enumerate(bones) if bone.main]
    first = abnormality.bone % len(main)
    places = np.zeros(1) if abnormality.kind == "dislocation" else np.linspace(0.2, 0.8, 25)
    for number in main[first:] + main[:first]:
        bone = bones[number]
        points = bone.start + (bone.end - bone.start) * places[:, None]
        inside = places[((points > _MARGIN * size) & (points < (1 - _MARGIN) * size)).all(axis=1)]
        if len(inside):
            return number, float(inside[np.abs(inside - abnormality.along).argmin()])
    return main[first], float(places.mean())


def _side(bone: Bone) -> NDArray[np.float64]:
    """The unit vector across a bone."""
    x, y = (bone.end - bone.start) / (np.linalg.norm(bone.end - bone.start) + 1e-9)
    return np.array([-y, x])


def _sign(abnormality: Abnormality) -> int:
    return 1 if abnormality.variant < 0.5 else -1


def _reach(abnormality: Abnormality, bone: Bone) -> float:
    """Half the side of the bounding box, in pixels."""
    reach = {
        "fracture": 1.6 * bone.shaft,
        "dislocation": 1.5 * bone.joint,
        "lesion": 2.1 * bone.shaft,
        "implant": 3.6 * bone.shaft,
    }
    return reach[abnormality.kind] + 4


def _box(middle: NDArray[np.float64], reach: float, height: int, width: int) -> Box:
    limits = [width, height]
    x0, y0 = np.clip(np.floor(middle - reach), 0, limits).astype(int).tolist()
    x1, y1 = np.clip(np.ceil(middle + reach), 0, limits).astype(int).tolist()
    return x0, y0, x1, y1


def distance_to_fracture(
    abnormality: Abnormality, bone: Bone, along: Layer, across: Layer, length: float
) -> Layer:
    """Per pixel, the distance (pixels) to the slanted, jagged fracture line; positive beyond it."""
    slant = (abnormality.variant - 0.5) * 2
    jagged = 0.12 * bone.shaft * np.sin(across * np.float32(9 / bone.shaft))
    distance: Layer = (along - np.float32(abnormality.along)) * np.float32(length) + slant * across + jagged
    return distance


def fracture_shift(abnormality: Abnormality, bone: Bone) -> float:
    """The sideways shift of the bone beyond its fracture, in pixels."""
    return bone.shaft * (1.3 - 1.2 * abnormality.subtle) * _sign(abnormality)


def draw_abnormality(
    abnormality: Abnormality, bone: Bone, layer: Layer, along: Layer, across: Layer, length: float
) -> Layer:
    """Add the abnormality to the absorption of its bone."""
    strength = np.float32(1 - 0.7 * abnormality.subtle)
    place = (along - np.float32(abnormality.along)) * np.float32(length)
    if abnormality.kind == "fracture":
        away = distance_to_fracture(abnormality, bone, along, across, length)
        gap: Layer = np.exp(-((away / max(1.3, 0.12 * bone.shaft)) ** 2))
        gap *= -0.9 * strength
        return layer * (1 + gap)
    if abnormality.kind == "lesion":
        return layer * _lesion(abnormality, bone, place, across, strength)
    if abnormality.kind == "implant":
        metal = _implant_mask(abnormality, bone, place, across).astype(np.float32)
        return layer + metal * np.float32(2.2 - 1.8 * abnormality.subtle)
    return layer


def _lesion(abnormality: Abnormality, bone: Bone, place: Layer, across: Layer, strength: np.float32) -> Layer:
    """The factor of a round lesion on absorption: above 1 if sclerotic, below 1 if lytic."""
    size = bone.shaft * (1.35 - 0.5 * abnormality.subtle)
    away = place**2 + (across - np.float32((abnormality.variant - 0.5) * bone.shaft)) ** 2
    change: Layer = np.exp(-((away / size**2) ** 2)) * strength
    change *= 1.8 if abnormality.variant < 0.4 else -0.95  # sclerotic, lytic
    change += 1
    return change


def _implant_mask(abnormality: Abnormality, bone: Bone, place: Layer, across: Layer) -> NDArray[np.bool_]:
    """The mask of an implant: crossed Kirschner wires, or a plate with screws."""
    wires = abnormality.variant < 0.3
    drawn = _wires(bone, place, across) if wires else _plate(abnormality, bone, place, across)
    return np.logical_and(drawn, np.abs(place) < bone.shaft * 3.2)


def _wires(bone: Bone, place: Layer, across: Layer) -> NDArray[np.bool_]:
    thick = max(0.8, 0.1 * bone.shaft)
    return np.logical_or(np.abs(across - 0.3 * place) < thick, np.abs(across + 0.2 * place) < thick)


def _plate(abnormality: Abnormality, bone: Bone, place: Layer, across: Layer) -> NDArray[np.bool_]:
    wide = bone.shaft * (0.5 - 0.3 * abnormality.subtle)
    side = np.float32(bone.shaft * (abnormality.variant - 0.5))
    spacing = bone.shaft * 1.3
    screws: NDArray[np.bool_] = np.abs(np.mod(place, spacing) - spacing / 2) < 0.16 * bone.shaft
    inside: NDArray[np.bool_] = (np.abs(across - side) < wide) | (
        screws & (np.abs(across) < bone.shaft * 1.1)
    )
    return inside
