"""How long a warm upload of three views takes: the judging beside the bare forward pass, and the whole page.

python -m tests.performance.app

It runs a small grid on a phantom (bundled network, 224 pixels, frozen and fine-tuned), draws three views of 1,600 ×
1,300 pixels, and judges them with each model on the cores that it is given. The page is measured in Chromium, from the
upload to the last picture, where there is a Chromium.
"""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time, sleep

import numpy as np
import psutil
from PIL import Image
from rich.console import Console

from benchmark.api import run
from benchmark.app.choices import Choice, kept_choices
from benchmark.app.decoding import Asked, Decoder, look_at
from benchmark.app.opinions import judge_of
from benchmark.app.uploads import Upload
from benchmark.datasets.phantom.draw import draw_phantom
from benchmark.execution.executors import available_cores
from benchmark.store.kept_models import read_model
from benchmark.store.workspace import Workspace
from tests.benchmark.finished_run import small_grid
from tests.chromium import Browser, find_chromium
from tests.servers import free_port, listening, wait_until

VIEWS, SIDES, REPEATS, AIM = 3, (1300, 1600), 7, 2.0
SETTLING = 3  # seconds until the scripts of a page that was just opened are loaded
SECTIONS = {
    "feature_extraction": {"backbones": ["bundled"], "classifiers": ["logistic_regression", "rbf_svm"]},
    "fine_tuning": {"backbones": ["bundled"], "recipe": {"epochs": 1, "min_updates": 0, "folds": 2}},
    "hand_crafted": None,
}


def made_workspace(folder: Path) -> tuple[Workspace, Path]:
    phantom = draw_phantom(folder / "phantom", patients=60, long_side=256, difficulty=0.0)
    grid = folder / "grid.yaml"
    grid.write_text(small_grid(phantom, train_sizes=[60], image={"size": 224}, keep_models="all", **SECTIONS))
    run(grid, folder / "runs", device="cpu", track=False)
    return Workspace(folder / "runs"), phantom


def view_files(phantom: Path, folder: Path) -> list[Path]:
    """Views as large as radiographs are in data sets."""
    files = []
    for number, path in enumerate(sorted(phantom.rglob("*.png"))[:VIEWS]):
        with Image.open(path) as image:
            large = np.asarray(image.convert("L").resize(SIDES, Image.Resampling.BICUBIC), np.int16)
        noise = np.random.default_rng(number).integers(-3, 4, large.shape)
        files.append(folder / f"view{number}.png")
        Image.fromarray((large + noise).clip(0, 255).astype(np.uint8)).save(files[-1])
    return files


def seconds(work) -> tuple[float, float]:
    """The medians of several calls after a first one: by the clock, and of the processor."""
    work()
    taken = []
    for _ in range(REPEATS):
        began, cpu = perf_counter(), process_time()
        work()
        taken.append((perf_counter() - began, process_time() - cpu))
    return median(clock for clock, _ in taken), median(cpu for _, cpu in taken)


def judged(choice: Choice, uploads: list[Upload]) -> str:
    """A line on one model."""
    judge = judge_of(read_model(choice.records, choice.record))
    pixels = np.stack([judge.predictor.pixels(upload.content) for upload in uploads])
    clock, cpu = seconds(lambda: judge.opinion(uploads))
    _, bare = seconds(lambda: judge.predictor.scorer(pixels))
    return (
        f"{choice.method}: {clock:.2f} s (aim below {AIM}), {cpu:.2f} s of the processor in "
        f"the server, {cpu / bare:.1f} × the bare forward pass"
    )


def decoding(upload: Upload) -> str:
    """A line on decoding in the other process."""
    asked, decoder = Asked(224, "pad", None), Decoder()
    ways = {"in the server": look_at, "in a process of its own": decoder}
    taken = {way: [] for way in ways}
    for _ in range(3 * REPEATS):
        for way, look in ways.items():
            began = perf_counter()
            look(upload.content, asked)
            taken[way].append(perf_counter() - began)
    fastest = ", ".join(f"{1000 * min(times):.0f} ms {way}" for way, times in taken.items())
    return f"decoding a view, fastest of {3 * REPEATS}: {fastest}"


def page_seconds(workspace: Workspace, files: list[Path], folder: Path) -> tuple[float, float, float]:
    """From the upload to the verdict and to the last picture, and the server's time of the processor."""
    port, pictures = free_port(), "document.querySelectorAll('.stMainBlockContainer img[src*=\"/media/\"]')"
    command = [sys.executable, "-m", "benchmark", "app", "--workspace", str(workspace.folder)]
    server = subprocess.Popen([*command, "--port", str(port)])
    browser = Browser(find_chromium(), folder / "profile")
    try:
        browser.attach()
        assert wait_until(lambda: listening(psutil.Process(server.pid).children(recursive=True)))
        taken = []
        for _ in range(REPEATS):
            browser.open(f"http://127.0.0.1:{port}/")
            browser.wait_for("!!document.querySelector('input[type=file]')")
            sleep(SETTLING)
            began, cpu = perf_counter(), _cpu(server)
            browser.choose_files("input[type=file]", files)
            browser.wait_for("!!document.querySelector('.bm-verdict')")
            verdict = perf_counter() - began
            browser.wait_for(f"{pictures}.length == {2 * VIEWS} && [...{pictures}].every(i => i.complete)")
            taken.append((verdict, perf_counter() - began, _cpu(server) - cpu))
        return tuple(np.median(taken[1:], axis=0))
    finally:
        browser.close()
        server.terminate()
        server.wait(60)


def _cpu(server: subprocess.Popen) -> float:
    """Seconds of the processor that the server's processes have used."""
    processes = psutil.Process(server.pid).children(recursive=True)
    return sum(sum(process.cpu_times()[:2]) for process in processes)


if __name__ == "__main__":
    console = Console(width=140)
    with TemporaryDirectory() as name:
        folder = Path(name)
        workspace, phantom = made_workspace(folder)
        files = view_files(phantom, folder)
        uploads = [Upload(path.name, path.read_bytes()) for path in files]
        load = os.getloadavg()[0]
        console.print(
            f"three views of {SIDES[1]} × {SIDES[0]} pixels, {available_cores()} cores, load {load:.1f}"
        )
        console.print(decoding(uploads[0]))
        for choice in kept_choices(workspace):
            console.print(judged(choice, uploads))
        if find_chromium():
            verdict, whole, cpu = page_seconds(workspace, files, folder)
            console.print(
                f"the page in Chromium: {verdict:.2f} s to the verdict, {whole:.2f} s to the last picture (aim "
                f"below {AIM}), {cpu:.2f} s of the processor for the server"
            )
