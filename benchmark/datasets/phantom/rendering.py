"""Render a phantom image: bones as hollow cylinders, soft tissue, noise, a side marker, the abnormality.

The numbers in this module were chosen by hand; none is measured or tuned.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from benchmark.datasets.phantom.abnormality import (
    Abnormality,
    Box,
    Layer,
    Placed,
    distance_to_fracture,
    draw_abnormality,
    fracture_shift,
    place_abnormality,
)
from benchmark.datasets.phantom.anatomy import Bone, skeleton

_MARROW = 0.64  # radius of the marrow canal over the radius of the bone; chosen by hand


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
    placed, box = place_abnormality(bones, abnormality, height, width)
    absorption = _soft_tissue(bones, random, height, width)
    absorption *= 1 + _vessels(random, height, width, difficulty)
    texture = _texture(random, height, width, difficulty)
    for item in placed:
        _draw_bone(absorption, item, random, texture, difficulty)
    return _expose(absorption, random, difficulty), box


def _shape(random: np.random.Generator, long_side: int) -> tuple[int, int]:
    short = round(long_side * random.uniform(0.65, 1.0))
    return (long_side, short) if random.random() < 0.8 else (short, long_side)


def _in_pixels(bones: list[Bone], random: np.random.Generator, height: int, width: int) -> list[Bone]:
    """Convert bones to pixels, with a small random rotation, scale and shift (the patient's positioning)."""
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
            flesh=bone.flesh * half,
        )
        for bone in bones
    ]


def _soft_tissue(bones: list[Bone], random: np.random.Generator, height: int, width: int) -> Layer:
    """A blurred sleeve around all bones."""
    scale = 4  # drawn at a quarter of the size, since it is blurred anyway
    canvas = Image.new("L", (width // scale + 1, height // scale + 1))
    draw = ImageDraw.Draw(canvas)
    thick = random.uniform(1.9, 2.6)
    for bone in bones:
        radius = max(thick * bone.joint, bone.flesh) / scale
        (x0, y0), (x1, y1) = bone.start / scale, bone.end / scale
        draw.line((x0, y0, x1, y1), fill=255, width=max(1, round(2 * radius)))
        for x, y in ((x0, y0), (x1, y1)):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    blurred = canvas.filter(ImageFilter.GaussianBlur(max(1.0, min(height, width) / scale / 40)))
    return np.asarray(blurred.resize((width, height)), np.float32) * np.float32(
        random.uniform(0.25, 0.45) / 255
    )


def _vessels(random: np.random.Generator, height: int, width: int, difficulty: float) -> Layer:
    """Faint curves in the soft tissue: edges that do not depend on the label."""
    scale = 2
    canvas = Image.new("L", (width // scale + 1, height // scale + 1))
    draw = ImageDraw.Draw(canvas)
    down = np.linspace(0, 1, 24)
    for _ in range(int(random.integers(1, 5))):
        x, drift, sway, turns, phase = random.uniform((0.2, -0.3, 0.01, 2, 0), (0.8, 0.3, 0.04, 9, 6))
        across = x + drift * (down - 0.5) + sway * np.sin(turns * down + phase)
        points = np.stack([across * width, down * height], axis=1) / scale
        draw.line([(float(a), float(b)) for a, b in points], fill=255, width=max(1, width // scale // 70))
    soft = canvas.filter(ImageFilter.GaussianBlur(1)).resize((width, height))
    return np.asarray(soft, np.float32) * np.float32(random.uniform(0.5, 1) * 0.3 * difficulty / 255)


def _texture(random: np.random.Generator, height: int, width: int, difficulty: float) -> Layer:
    """The texture of trabecular bone: noise at two scales, as factors around 1."""
    fine = _smooth_noise(random, height, width, 3)
    coarse = _smooth_noise(random, height, width, 10)
    return 1 + np.float32(0.03 + 0.10 * difficulty) * (0.6 * fine + 0.8 * coarse)


def _smooth_noise(random: np.random.Generator, height: int, width: int, grain: int) -> Layer:
    small = random.standard_normal((height // grain + 2, width // grain + 2), dtype=np.float32)
    image = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image, np.float32)


def _draw_bone(
    absorption: Layer, placed: Placed, random: np.random.Generator, texture: Layer, difficulty: float
) -> None:
    """Add the absorption of one bone (ray length in the shell of a cylinder) and of its abnormality."""
    bone, abnormality = placed.bone, placed.abnormality
    plate = random.random() < 0.35, random.uniform(0.05, 0.1)  # growth plate, also in normal images
    window = _window(bone, absorption.shape)
    if window is None:
        return
    along, across, length = _bone_coordinates(bone, window)
    if abnormality and abnormality.kind == "fracture":
        beyond = distance_to_fracture(abnormality, bone, along, across, length) > 0
        across -= np.where(beyond, fracture_shift(abnormality, bone), 0).astype(np.float32)
    inside = np.clip(along, 0, 1)
    radius = bone.shaft + (bone.joint - bone.shaft) * (2 * inside - 1) ** 4
    distance = across**2 + ((along - inside) * length) ** 2
    layer = np.sqrt(np.maximum(radius**2 - distance, 0))
    layer -= 0.75 * np.sqrt(np.maximum((_MARROW * radius) ** 2 - distance, 0))
    layer *= texture[window] / np.float32(0.1 * max(absorption.shape)) * np.float32(0.8)
    if plate[0]:
        layer *= 1 - 0.35 * np.exp(-(((along - 1 + plate[1]) * length / max(1.2, 0.06 * bone.joint)) ** 2))
    if abnormality:
        layer = draw_abnormality(abnormality, bone, layer, along, across, length)
    absorption[window] += layer


def _window(bone: Bone, shape: tuple[int, ...]) -> tuple[slice, slice] | None:
    """The rows and columns that a bone may cover; None when it is outside the image."""
    reach = 2 * max(bone.joint, bone.shaft) + 3
    low = np.floor(np.minimum(bone.start, bone.end) - reach).astype(int)
    high = np.ceil(np.maximum(bone.start, bone.end) + reach).astype(int)
    x0, y0, x1, y1 = max(0, low[0]), max(0, low[1]), min(shape[1], high[0]), min(shape[0], high[1])
    return (slice(y0, y1), slice(x0, x1)) if x0 < x1 and y0 < y1 else None


def _bone_coordinates(bone: Bone, window: tuple[slice, slice]) -> tuple[Layer, Layer, float]:
    """Per pixel, the position along the bone (0..1) and the distance across it (pixels); and its length."""
    rows = np.arange(window[0].start, window[0].stop, dtype=np.float32)[:, None]
    columns = np.arange(window[1].start, window[1].stop, dtype=np.float32)[None, :]
    axis = bone.end - bone.start
    length = float(np.hypot(*axis)) + 1e-6
    ux, uy = (axis / length).astype(np.float32)
    dx, dy = columns - np.float32(bone.start[0]), rows - np.float32(bone.start[1])
    return (dx * ux + dy * uy) / np.float32(length), dy * ux - dx * uy, length


def _expose(absorption: Layer, random: np.random.Generator, difficulty: float) -> NDArray[np.uint8]:
    """Convert absorption to uint8 film: exposure, contrast, quantum noise, side marker, collimation."""
    film = 1 - np.exp(-absorption * np.float32(random.uniform(1.0, 1.9)))
    film = np.float32(random.uniform(0.02, 0.14)) + film * np.float32(random.uniform(0.65, 0.95))
    noise = random.standard_normal(film.shape, dtype=np.float32)
    film += noise * np.sqrt(film) * np.float32(random.uniform(0.5, 1.0) * (0.01 + 0.05 * difficulty))
    image = Image.fromarray((np.clip(film, 0, 1) * 255).astype(np.uint8))
    _draw_marker(image, random)
    pixels = np.array(image)
    _collimate(pixels, random)
    return pixels


def _draw_marker(image: Image.Image, random: np.random.Generator) -> None:
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
