"""How many planted copies `benchmark data audit` finds, how many pairs it reports wrongly, and how long it takes.

python tests/performance/audit.py [--each 100] [--seed 2026] [--out docs/audit.md]

It draws a phantom with one image for every copy, so that each image has one copy at most, gives the copies to new
patients, and runs the audit on one core. A reported pair is false when its two files do not show one picture.
With --out, the tables between the marks in that file are written again.
"""

import argparse
import io
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
import pandas as pd
from PIL import Image, ImageOps

from benchmark.datasets.audit.copies import Copy, copies
from benchmark.datasets.audit.scan import scan
from benchmark.datasets.mura import read_mura
from benchmark.datasets.phantom.draw import draw_phantom

MURA = 40_005
BICUBIC = Image.Resampling.BICUBIC
TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}


def as_jpeg(image, random):
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=50)
    return Image.open(io.BytesIO(stream.getvalue()))


def half(image, random):
    return image.resize((image.width // 2, image.height // 2), BICUBIC)


def cut(image, random, share=0.1):
    """Without a tenth of the width and of the height, at any side."""
    width, height = round(image.width * (1 - share)), round(image.height * (1 - share))
    left, top = int(random.integers(image.width - width + 1)), int(random.integers(image.height - height + 1))
    return image.crop((left, top, left + width, top + height))


def cut_all_sides(image, random):
    return ImageOps.crop(image, (image.width // 10, image.height // 10) * 2)


def turned(angle):
    return lambda image, random: image.transpose(TURNS[angle])


def tilted(expand):
    return lambda image, random: image.rotate(5 if random.random() < 0.5 else -5, BICUBIC, expand=expand)


def darker(image, random):
    values = np.asarray(image, np.float32) / 255
    return Image.fromarray(((values * 0.7) ** 1.3 * 255).astype(np.uint8))


def all_at_once(image, random):
    return as_jpeg(
        half(cut(darker(tilted(False)(ImageOps.mirror(image), random), random), random), random), random
    )


KINDS = {
    "re-encoded as JPEG of quality 50": as_jpeg,
    "resized to a half": half,
    "cut by 10 % of width and height": cut,
    "turned by 90°": turned(90),
    "turned by 180°": turned(180),
    "turned by 270°": turned(270),
    "turned by 5° in the same frame": tilted(False),
    "mirrored": lambda image, random: ImageOps.mirror(image),
    "brightness × 0.7, gamma 1.3": darker,
    "inverted": lambda image, random: ImageOps.invert(image),
}
HARDER = {
    "turned by 5°, frame enlarged": tilted(True),
    "cut by 10 % at each of the four sides": cut_all_sides,
    "mirrored, turned by 5°, darker, cut, halved and JPEG": all_at_once,
}


def planted(folder: Path, each: int, seed: int) -> tuple[list[Path], list[int], list[str]]:
    """Files, the number of the picture that each shows, and what was done to it ('' for originals)."""
    kinds = KINDS | HARDER
    root = draw_phantom(folder / "phantom", patients=1 + each * len(kinds) // 2, seed=seed, long_side=512)
    originals = read_mura(root).paths()
    random = np.random.default_rng(seed)
    shown = random.permutation(len(originals))[: each * len(kinds)]
    files, sources, done = list(originals), list(range(len(originals))), [""] * len(originals)
    for number, source in enumerate(shown.tolist()):
        kind = list(kinds)[number // each]
        with Image.open(originals[source]) as image:
            path = folder / f"copy{number}.png"
            kinds[kind](image, random).save(path)
        files, sources, done = [*files, path], [*sources, source], [*done, kind]
    return files, sources, done


def table(found: list[Copy], sources: list[int], done: list[str]) -> pd.DataFrame:
    """Per kind, copies planted and found."""
    pairs = {(copy.first, copy.second) for copy in found}
    rows = [
        {"kind": done[row], "found": (source, row) in pairs}
        for row, source in enumerate(sources)
        if done[row]
    ]
    counts = pd.DataFrame(rows).groupby("kind", sort=False)["found"].agg(["size", "sum"])
    return counts.rename(columns={"size": "planted", "sum": "found"}).reset_index()


def as_markdown(rows: pd.DataFrame) -> str:
    lines = ["| " + " | ".join(rows.columns) + " |", "|" + " --- |" * len(rows.columns)]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows.to_numpy())])


def study(each: int, seed: int) -> str:
    """The tables as Markdown."""
    with TemporaryDirectory() as folder:
        files, sources, done = planted(Path(folder), each, seed)
        start, cpu = perf_counter(), process_time()
        scanned = scan(files, jobs=1)
        read = process_time() - cpu
        found = copies(scanned, jobs=1)
        wall, cpu = perf_counter() - start, process_time() - cpu
    false = [copy for copy in found if sources[copy.first] != sources[copy.second]]
    originals = done.count("")
    unrelated = [copy for copy in false if copy.second < originals]
    lines = [
        as_markdown(table(found, sources, done)),
        "",
        f"Phantom of seed {seed}: {originals:,} images that show different pictures, {len(files) - originals:,} copies. "
        f"Reported pairs: {len(found):,}; false ones: {len(false)} "
        f"({1000 * len(false) / max(1, len(found)):.1f} per 1,000 reported pairs); "
        f"false ones between the {originals:,} originals: {len(unrelated)}.",
        "",
        f"{len(files):,} images of 512 pixels on one core: {wall:.0f} s, of which {cpu:.0f} s of the processor "
        f"({1000 * read / len(files):.1f} ms an image for reading, {1000 * (cpu - read) / len(files):.1f} ms for "
        f"comparing) with a load of {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores. In proportion, "
        f"{MURA:,} images take {cpu / len(files) * MURA:.0f} s of the processor.",
    ]
    return "\n".join(lines)


def write_between_marks(path: Path, text: str) -> None:
    begin, end = "<!-- measured -->", "<!-- end -->"
    page = path.read_text(encoding="utf-8")
    head, rest = page.split(begin, 1)
    path.write_text(head + begin + "\n" + text + "\n" + end + rest.split(end, 1)[1], encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    written = study(options.each, options.seed)
    print(written)  # noqa: T201
    if options.out:
        write_between_marks(options.out, written)
