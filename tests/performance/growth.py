"""How seconds and memory grow with the number of images, stage by stage, up to MURA's size.

Each stage of each size is a process of its own. The exponent is the slope of the logarithms of the processors'
seconds between the first and the last size: 1 for twice the time of twice the images.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import yaml
from rich.console import Console

from benchmark import api
from benchmark.cli.terminal import frame_table
from benchmark.datasets.mura import read_mura
from benchmark.datasets.phantom.like_mura import draw_like_mura
from benchmark.datasets.verification import MURA
from benchmark.execution.executors import available_cores
from benchmark.store.workspace import Workspace

IMAGES = sum(normal + abnormal for _, _, normal, abnormal in MURA.values())
SIZES = (1_000, 4_000, 16_000, IMAGES)
LONG_SIDE, PIXELS = 128, 64  # of the files, and of what the network sees


def grid_of(folder: Path) -> Path:
    """The grid of one size: one frozen network, one classifier, all images."""
    path = folder / "growth.yaml"
    content = {
        "name": "growth",
        "dataset": {"kind": "mura", "root": str(folder / "data")},
        "train_sizes": ["full"],
        "image": {"size": PIXELS},
        "feature_extraction": {"backbones": ["bundled"], "classifiers": ["logistic_regression"]},
    }
    path.write_text(yaml.safe_dump(content))
    return path


def embed(folder: Path) -> None:
    """Decode all images and embed them."""
    from extractors.embeddings import load_embeddings
    from extractors.pixels import load_pixels

    plan = api.plan(grid_of(folder), folder / "runs")
    cache, jobs = folder / "runs" / ".cache", available_cores()
    images = [str(image) for image in plan.manifest.images["image"]]
    pixels = load_pixels(cache, plan.manifest.root, images, size=PIXELS, fit=plan.grid.image.fit, jobs=jobs)
    extractor = plan.cells[0].cell.embedding_extractor
    assert extractor is not None
    load_embeddings(cache, pixels, [extractor], device="cpu", jobs=jobs)


STAGES = {
    "draw": lambda folder, share: draw_like_mura(
        folder / "data", share=share, long_side=LONG_SIDE, jobs=available_cores()
    ),
    "read": lambda folder, share: read_mura(folder / "data"),
    "plan": lambda folder, share: api.plan(grid_of(folder), folder / "runs"),
    "plan, decode and embed": lambda folder, share: embed(folder),
    "plan, fit and evaluate": lambda folder, share: api.run(
        grid_of(folder), Workspace(folder / "runs"), device="cpu", track=False
    ),
}


def measure(stage: str, folder: Path, share: float) -> dict[str, float]:
    """Seconds of a stage, in this process and its workers, and the memory of the largest of them."""
    began = perf_counter()
    STAGES[stage](folder, share)
    wall = perf_counter() - began
    if "joblib" in sys.modules:
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor().shutdown(wait=True)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    return {"wall": wall, "cpu": cpu, "mib": max(one.ru_maxrss for one in used) / 1024}


def in_a_process(stage: str, folder: Path, images: int) -> dict[str, float]:
    """`measure` in a process of its own."""
    command = [sys.executable, "-m", "tests.performance.growth", "--stage", stage, "--folder", str(folder)]
    told = subprocess.run(
        [*command, "--images", str(images)], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    return dict(json.loads(told.splitlines()[-1]))


def main(most: int, folder: Path) -> None:
    """Print a row per stage and size, and the exponents."""
    import pandas as pd

    console = Console(width=120)
    rows = []
    for images in [size for size in SIZES if size <= most]:
        place = folder / str(images)
        place.mkdir(parents=True, exist_ok=True)
        for stage in STAGES:
            rows.append({"stage": stage, "images": images, **in_a_process(stage, place, images)})
            last = rows[-1]
            console.print(
                f"{images:6,} {stage:24} {last['wall']:7.1f} s, cpu {last['cpu']:7.1f} s, {last['mib']:6.0f} MiB"
            )
    table = pd.DataFrame(rows)
    shown = []
    for stage in STAGES:
        own = table[table["stage"] == stage]
        first, last = own.iloc[0], own.iloc[-1]
        grown = math.log(last["images"] / first["images"]) or math.nan
        exponents = {name: math.log(last[name] / first[name]) / grown for name in ("cpu", "mib")}
        shown.append({"stage": stage, **{f"exponent of {k}": f"{v:.2f}" for k, v in exponents.items()}})
    console.print(frame_table(pd.DataFrame(shown), f"{len(SIZES)} sizes at most, {available_cores()} cores"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=IMAGES, help="the largest size")
    parser.add_argument("--folder", type=Path, help="where drawn images are kept for the next time")
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    parser.add_argument("--images", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        sys.stdout.write(json.dumps(measure(given.stage, given.folder, given.images / IMAGES)) + "\n")
    elif given.folder:
        main(given.most, given.folder)
    else:
        with TemporaryDirectory() as name:
            main(given.most, Path(name))
