"""The phantom's pixels: bones as X-rays see cylinders, soft tissue, noise, a marker, and the abnormality."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from benchmark.datasets.phantom_anatomy import Bone, skeleton

Layer = NDArray[np.float32]
Box = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels
KINDS = ("fracture", "dislocation", "lesion", "implant")
_MARROW = 0.64  # radius of the marrow's canal over the bone's


@dataclass(frozen=True)
class Abnormality:
    """What a study shows in each of its views: on the main bone with this number, at this height."""

    kind: str
    bone: int
    along: float  # 0..1 from the bone's start to its end
    variant: float  # 0..1: angle, side, or lytic against sclerotic
    subtle: float  # 0 obvious .. 1 hardly there


@dataclass(frozen=True)
class _Placed:
    """A bone in pixels, with what has happened to it."""

    bone: Bone
    abnormality: Abnormality | None = None


def render(
    part: str,
    view: str,
    *,
    anatomy: np.random.Generator,
    random: np.random.Generator,
    difficulty: float,
    long_side: int,
    abnormality: Abnormality | None = None,
) -> tuple[NDArray[np.uint8], Box | None]:
    """One view as (H, W) uint8 and the box of the abnormality in it (None for a normal view).

    `anatomy` varies with the patient and part, `random` with the image.
    """
    height, width = _shape(random, long_side)
    bones = _in_pixels(skeleton(part, view, anatomy), random, height, width)
    placed, box = _afflict(bones, abnormality, height, width)
    absorption = _soft_tissue(bones, random, height, width)
    texture = _texture(random, height, width, difficulty)
    for item in placed:
        _draw_bone(absorption, item, random, texture, difficulty)
    return _exposed(absorption, random, difficulty), box


def _shape(random: np.random.Generator, long_side: int) -> tuple[int, int]:
    short = round(long_side * random.uniform(0.65, 1.0))
    return (long_side, short) if random.random() < 0.8 else (short, long_side)


def _in_pixels(bones: list[Bone], random: np.random.Generator, height: int, width: int) -> list[Bone]:
    """Turned, scaled and moved a little, as a technician's positioning varies."""
    angle, half = random.normal(0, 0.12), min(height, width * 1.35) / 2 * random.uniform(0.85, 1.05)
    mirror = 1 if random.random() < 0.5 else -1
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = np.array([width / 2, height / 2]) + random.normal(0, 0.03, 2) * [width, height]
    flip = np.array([mirror, 1])
    return [
        replace(
            bone,
            start=turn @ (bone.start * flip) * half + centre,
            end=turn @ (bone.end * flip) * half + centre,
            shaft=bone.shaft * half,
            joint=bone.joint * half,
        )
        for bone in bones
    ]


def _afflict(
    bones: list[Bone], abnormality: Abnormality | None, height: int, width: int
) -> tuple[list[_Placed], Box | None]:
    """Give the abnormality to its bone; a dislocation moves that bone and all that hang on it."""
    if abnormality is None:
        return [_Placed(bone) for bone in bones], None
    main = [number for number, bone in enumerate(bones) if bone.main]
    target = main[abnormality.bone % len(main)]
    bone = bones[target]
    abnormality = replace(abnormality, along=_in_view(bone, abnormality.along, height, width))
    placed = [_Placed(b, abnormality if n == target else None) for n, b in enumerate(bones)]
    middle = bone.start + (bone.end - bone.start) * abnormality.along
    reach = bone.shaft * 1.6 + 4
    if abnormality.kind == "dislocation":
        middle, reach = bone.start, bone.joint * 1.5 + 4
        axis = (bone.end - bone.start) / (np.linalg.norm(bone.end - bone.start) + 1e-9)
        side = np.array([-axis[1], axis[0]]) * (1 if abnormality.variant < 0.5 else -1)
        shift = side * bone.joint * (1.5 - 1.1 * abnormality.subtle)
        placed = [
            replace(item, bone=replace(b, start=b.start + shift, end=b.end + shift))
            if n >= target and b.ray == bone.ray
            else item
            for n, (item, b) in enumerate(zip(placed, bones, strict=True))
        ]
    if abnormality.kind == "implant":
        reach = bone.shaft * 3 + 4
    return placed, _box(middle, reach, height, width)


def _in_view(bone: Bone, along: float, height: int, width: int) -> float:
    """The place along the bone nearest to the one asked for that the film shows, margins apart."""
    places = np.linspace(0.2, 0.8, 25)
    points = bone.start + (bone.end - bone.start) * places[:, None]
    size = np.array([width, height])
    inside = ((points > 0.1 * size) & (points < 0.9 * size)).all(axis=1)
    return float(places[inside][np.abs(places[inside] - along).argmin()]) if inside.any() else along


def _box(middle: NDArray[np.float64], reach: float, height: int, width: int) -> Box:
    x0, y0 = np.floor(middle - reach).astype(int)
    x1, y1 = np.ceil(middle + reach).astype(int)
    return max(0, int(x0)), max(0, int(y0)), min(width, int(x1)), min(height, int(y1))


def _soft_tissue(bones: list[Bone], random: np.random.Generator, height: int, width: int) -> Layer:
    """A blurred sleeve around all bones."""
    scale = 4  # it has no detail
    canvas = Image.new("L", (width // scale + 1, height // scale + 1))
    draw = ImageDraw.Draw(canvas)
    thick = random.uniform(1.9, 2.6)
    for bone in bones:
        radius = thick * bone.joint / scale
        (x0, y0), (x1, y1) = bone.start / scale, bone.end / scale
        draw.line((x0, y0, x1, y1), fill=255, width=max(1, round(2 * radius)))
        for x, y in ((x0, y0), (x1, y1)):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    blurred = canvas.filter(ImageFilter.GaussianBlur(max(1.0, min(height, width) / scale / 40)))
    return np.asarray(blurred.resize((width, height)), np.float32) * np.float32(
        random.uniform(0.25, 0.45) / 255
    )


def _texture(random: np.random.Generator, height: int, width: int, difficulty: float) -> Layer:
    """Trabeculae: grain at two scales, around 1."""
    fine = _smooth_noise(random, height, width, 3)
    coarse = _smooth_noise(random, height, width, 10)
    return 1 + np.float32(0.04 + 0.14 * difficulty) * (0.6 * fine + 0.8 * coarse)


def _smooth_noise(random: np.random.Generator, height: int, width: int, grain: int) -> Layer:
    small = random.standard_normal((height // grain + 2, width // grain + 2), dtype=np.float32)
    image = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image, np.float32)


def _draw_bone(
    absorption: Layer, placed: _Placed, random: np.random.Generator, texture: Layer, difficulty: float
) -> None:
    """Add one bone: the path of a ray through the shell of a cylinder, shaped by what befell it."""
    bone, abnormality = placed.bone, placed.abnormality
    plate = random.random() < 0.35, random.uniform(0.05, 0.1)  # growth plate: also in the healthy
    window = _window(bone, absorption.shape)
    if window is None:
        return
    along, across, length = _bone_coordinates(bone, window)
    if abnormality and abnormality.kind == "fracture":
        offset = bone.shaft * 0.9 * (1 - abnormality.subtle) * (1 if abnormality.variant < 0.5 else -1)
        across -= np.where(along > abnormality.along, offset, 0).astype(np.float32)
    inside = np.clip(along, 0, 1)
    radius = bone.shaft + (bone.joint - bone.shaft) * (2 * inside - 1) ** 4
    distance = across**2 + ((along - inside) * length) ** 2
    layer = np.sqrt(np.maximum(radius**2 - distance, 0))
    layer -= 0.75 * np.sqrt(np.maximum((_MARROW * radius) ** 2 - distance, 0))
    layer *= texture[window] / np.float32(0.1 * max(absorption.shape)) * np.float32(0.8)
    if plate[0]:
        layer *= 1 - 0.35 * np.exp(-(((along - 1 + plate[1]) * length / max(1.2, 0.06 * bone.joint)) ** 2))
    if abnormality:
        layer, on_top = _show(abnormality, bone, layer, along, across, length)
        absorption[window] += on_top
    absorption[window] += layer


def _window(bone: Bone, shape: tuple[int, ...]) -> tuple[slice, slice] | None:
    """The rows and columns that a bone may touch."""
    reach = 2 * max(bone.joint, bone.shaft) + 3
    low = np.floor(np.minimum(bone.start, bone.end) - reach).astype(int)
    high = np.ceil(np.maximum(bone.start, bone.end) + reach).astype(int)
    x0, y0, x1, y1 = max(0, low[0]), max(0, low[1]), min(shape[1], high[0]), min(shape[0], high[1])
    return (slice(y0, y1), slice(x0, x1)) if x0 < x1 and y0 < y1 else None


def _bone_coordinates(bone: Bone, window: tuple[slice, slice]) -> tuple[Layer, Layer, float]:
    """Per pixel the place along the bone (0..1), the distance across it (pixels), and its length."""
    rows = np.arange(window[0].start, window[0].stop, dtype=np.float32)[:, None]
    columns = np.arange(window[1].start, window[1].stop, dtype=np.float32)[None, :]
    axis = bone.end - bone.start
    length = float(np.hypot(*axis)) + 1e-6
    ux, uy = (axis / length).astype(np.float32)
    dx, dy = columns - np.float32(bone.start[0]), rows - np.float32(bone.start[1])
    return (dx * ux + dy * uy) / np.float32(length), dy * ux - dx * uy, length


def _show(
    abnormality: Abnormality, bone: Bone, layer: Layer, along: Layer, across: Layer, length: float
) -> tuple[Layer, Layer]:
    """The bone's layer with the abnormality in it, and what lies on top of the bone."""
    strength = np.float32(1 - 0.75 * abnormality.subtle)
    nothing = np.zeros_like(layer)
    place = (along - np.float32(abnormality.along)) * np.float32(length)
    if abnormality.kind == "fracture":
        slant = (abnormality.variant - 0.5) * 2
        jagged = 0.12 * bone.shaft * np.sin(across * np.float32(9 / bone.shaft))
        line = np.exp(-(((place + slant * across + jagged) / max(1.1, 0.07 * bone.shaft)) ** 2))
        return layer * (1 - 0.9 * strength * line), nothing
    if abnormality.kind == "lesion":
        size = bone.shaft * (0.75 - 0.35 * abnormality.subtle)
        away = place**2 + (across - np.float32((abnormality.variant - 0.5) * bone.shaft)) ** 2
        blob = np.exp(-((away / size**2) ** 2))
        return layer * (1 + (1.3 if abnormality.variant < 0.4 else -0.85) * strength * blob), nothing
    if abnormality.kind == "implant":
        reach, wide = bone.shaft * 2.8, bone.shaft * (0.4 - 0.22 * abnormality.subtle)
        side = np.float32(bone.shaft * (abnormality.variant - 0.5))
        plate = (np.abs(place) < reach) & (np.abs(across - side) < wide)
        screws = (np.abs(place) < reach) & (
            np.abs(np.mod(place, bone.shaft * 1.3) - bone.shaft * 0.65) < 0.16 * bone.shaft
        )
        screws &= np.abs(across) < bone.shaft * 1.1
        return layer, np.where(plate | screws, 1.4 * strength + 0.2, 0).astype(np.float32)
    return layer, nothing


def _exposed(absorption: Layer, random: np.random.Generator, difficulty: float) -> NDArray[np.uint8]:
    """Film: exposure, contrast, quantum noise, collimation and a side marker."""
    film = 1 - np.exp(-absorption * np.float32(random.uniform(1.0, 1.9)))
    film = np.float32(random.uniform(0.02, 0.14)) + film * np.float32(random.uniform(0.65, 0.95))
    noise = random.standard_normal(film.shape, dtype=np.float32)
    film += noise * np.sqrt(film) * np.float32(random.uniform(0.5, 1.0) * (0.025 + 0.06 * difficulty))
    image = Image.fromarray((np.clip(film, 0, 1) * 255).astype(np.uint8))
    _mark(image, random)
    pixels = np.array(image)
    _collimate(pixels, random)
    return pixels


def _mark(image: Image.Image, random: np.random.Generator) -> None:
    width, height = image.size
    place = (width * (0.12 if random.random() < 0.5 else 0.8), height * random.uniform(0.12, 0.8))
    font = ImageFont.load_default(size=max(8, height // 14))
    ImageDraw.Draw(image).text(
        place, "R" if random.random() < 0.5 else "L", fill=int(random.integers(190, 250)), font=font
    )


def _collimate(pixels: NDArray[np.uint8], random: np.random.Generator) -> None:
    if random.random() < 0.5:
        top, left = (random.uniform(0, 0.06, 2) * pixels.shape).astype(int)
        bottom, right = (np.array(pixels.shape) * (1 - random.uniform(0, 0.06, 2))).astype(int)
        outside = np.ones(pixels.shape, bool)
        outside[top:bottom, left:right] = False
        pixels[outside] = random.integers(0, 12)
