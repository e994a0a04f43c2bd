"""How many planted copies `benchmark data audit` finds, how many pairs it reports wrongly, and how long it takes.

python tests/performance/audit.py [--each 100] [--images 0] [--seed 2026] [--jobs 1] [--folder F] [--out docs/audit.md]

It draws a phantom with an original for every copy, or with as many as `--images` asks for in all, so that each image has
one copy at most, gives every file a patient of its own, and runs `benchmark data audit` on the manifest. A reported pair
is false when its two files do not show one picture. With --folder, images are kept there and not drawn again. With --out,
the text between the marks in that file is written again.
"""

import argparse
import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pandas as pd
from PIL import Image, ImageOps

from benchmark.datasets.mura import read_mura
from benchmark.datasets.phantom.draw import draw_phantom

PER_PATIENT = 2.3  # images of a phantom patient: a little below the mean
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


def planted(folder: Path, each: int, images: int, seed: int) -> pd.DataFrame:
    """A row per file: path below the folder, the number of the picture that it shows (source), and `kind`.

    `kind` is what was done to it, '' for originals. There are `images` rows in all, or more where each of the
    copies would have no original.
    """
    kinds = KINDS | HARDER
    wanted = max(each * len(kinds), images - each * len(kinds))
    root = draw_phantom(folder / "phantom", patients=1 + int(wanted / PER_PATIENT), seed=seed, long_side=512)
    originals = read_mura(root).paths()[:wanted]
    random = np.random.default_rng(seed)
    rows = [(path, source, "") for source, path in enumerate(originals)]
    for number, source in enumerate(random.permutation(len(originals))[: each * len(kinds)].tolist()):
        kind = list(kinds)[number // each]
        path = folder / f"copy{number}.png"
        with Image.open(originals[source]) as image:
            kinds[kind](image, random).save(path)
        rows.append((path, source, kind))
    paths = [path.relative_to(folder).as_posix() for path, *_ in rows]
    return pd.DataFrame(rows, columns=["file", "source", "kind"]).assign(path=paths)


def manifest_of(files: pd.DataFrame, folder: Path) -> Path:
    """A manifest with a patient and a study for every file, so that all pairs lie across patients."""
    number = files.index.astype(str)
    parts = files["path"].str.extract(r"XR_([A-Z]+)/")[0].fillna("COPY")
    labels = files["source"] % 2
    table = {"path": files["path"], "patient": "p" + number, "study": "s" + number, "body_part": parts}
    pd.DataFrame({**table, "label": labels}).to_csv(folder / "manifest.csv", index=False)
    return folder / "manifest.csv"


def audited(manifest: Path, jobs: int) -> tuple[set[tuple[str, str]], str]:
    """The pairs that `benchmark data audit` reports, and in words how long it took."""
    command = [
        sys.executable,
        "-m",
        "benchmark",
        "data",
        "audit",
        str(manifest),
        "--json",
        "--jobs",
        str(jobs),
    ]
    start, load = perf_counter(), os.getloadavg()[0]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    wall, used = perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    document = json.loads(ended.stdout)
    (across,) = (finding for finding in document["findings"] if finding["code"] == "AUDIT002")
    pairs = {(copy["first"], copy["second"]) for copy in across["copies"]}
    cpu, images = used.ru_utime + used.ru_stime, document["images"]
    return pairs, (
        f"{images:,} images of 512 pixels: **{cpu:.0f} s of the processor** (user {used.ru_utime:.0f}, system "
        f"{used.ru_stime:.0f}; {1000 * cpu / images:.1f} ms an image), {wall:.0f} s by the clock with --jobs {jobs} "
        f"on {os.cpu_count()} cores with other work on them (load {load:.1f} before and {os.getloadavg()[0]:.1f} after). "
        f"The largest process held {used.ru_maxrss / 2**20:.1f} GiB."
    )


def table(pairs: set[tuple[str, str]], files: pd.DataFrame) -> pd.DataFrame:
    """Per kind, copies planted and found."""
    copies = files[files["kind"] != ""]
    found = [
        (files["path"][source], path) in pairs
        for source, path in zip(copies["source"], copies["path"], strict=True)
    ]
    counts = copies.assign(found=found).groupby("kind", sort=False)["found"].agg(["size", "sum"])
    return counts.rename(columns={"size": "planted", "sum": "found"}).reset_index()


def as_markdown(rows: pd.DataFrame) -> str:
    lines = ["| " + " | ".join(rows.columns) + " |", "|" + " --- |" * len(rows.columns)]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows.to_numpy())])


def study(folder: Path, each: int, images: int, seed: int, jobs: int) -> str:
    """The table and the times as Markdown."""
    files = planted(folder, each, images, seed)
    pairs, cost = audited(manifest_of(files, folder), jobs)
    shown = dict(zip(files["path"], files["source"], strict=True))
    is_original = dict(zip(files["path"], files["kind"] == "", strict=True))
    false = [pair for pair in pairs if shown[pair[0]] != shown[pair[1]]]
    originals = int((files["kind"] == "").sum())
    unrelated = sum(is_original[one] and is_original[other] for one, other in false)
    lines = [
        as_markdown(table(pairs, files)),
        "",
        f"Phantom of seed {seed}: {originals:,} images that show different pictures, {len(files) - originals:,} copies. "
        f"Reported pairs: {len(pairs):,}; false ones: {len(false)} "
        f"({1000 * len(false) / max(1, len(pairs)):.1f} per 1,000 reported pairs); "
        f"false ones between the {originals:,} originals: {unrelated}.",
        "",
        cost,
    ]
    return "\n".join(lines)


def write_between_marks(path: Path, text: str) -> None:
    begin, end = "<!-- measured -->", "<!-- end -->"
    page = path.read_text(encoding="utf-8")
    head, rest = page.split(begin, 1)
    path.write_text(head + begin + "\n" + text + "\n" + end + rest.split(end, 1)[1], encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=100, help="copies of each kind")
    parser.add_argument("--images", type=int, default=0, help="files in all")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with TemporaryDirectory() as temporary:
        place = options.folder or Path(temporary)
        written = study(place, options.each, options.images, options.seed, options.jobs)
    print(written)  # noqa: T201
    if options.out:
        write_between_marks(options.out, written)
