"""Images per second of the engines, of the whole pass over each engine's bare forward, and over a plain loop.

python tests/performance/embedding.py [--images 192] [--loop-images 2000] [--rounds 5] [--device cpu] [--core-seconds]
python tests/performance/embedding.py --cores 1 2 4 8 16     threads of one process and processes, on so many cores

On a machine that others use too, `--core-seconds` counts the time that the work has a core, of all its processes, and
uses one core.
"""

import argparse
import os
import platform
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from types import SimpleNamespace

import numpy as np
import timm
import torch
from PIL import Image, ImageOps
from rich.console import Console
from rich.table import Table
from torch.utils.data import DataLoader, Dataset
from torch.utils.flop_counter import FlopCounterMode

from benchmark.execution.embedding_shards import CORES_OF_PROCESS
from benchmark.execution.executors import _run_on_gpus, available_cores
from extractors.backbones import embed, load_backbone
from extractors.devices import choose_device, torch_threads
from extractors.embeddings import load_embeddings
from extractors.engines import AUTO, ENGINES, TORCH, WORTH_IMAGES
from extractors.engines.agreement import with_engine
from extractors.pixels import load_pixels
from extractors.specs import BackboneSpec

NETWORKS = {"densenet169": 1.4, "resnet50": 1.8, "mobilenetv2_100": 3.0}  # aims: over torch
PASS = ("resnet50", "densenet169")
LOOP = ("mobilenetv3_small_100", "resnet18", "efficientnet_b0")
SIZE, BATCH = 224, 32


def write_pngs(folder, count):
    """512 × 400 images with the smoothness of a radiograph and its noise."""
    random = np.random.default_rng(0)
    names = []
    for number in range(count):
        smooth = Image.fromarray(random.integers(0, 255, (10, 8), dtype=np.uint8)).resize((400, 512))
        noisy = np.asarray(smooth, np.int16) + random.integers(-6, 6, (512, 400))
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(folder / f"{number}.png")
        names.append(f"{number}.png")
    return names


def core_seconds():
    """Of this process and of those that it has waited for."""
    return sum(os.times()[:4])


HOW = SimpleNamespace(clock=perf_counter, cores=available_cores())


def seconds(work):
    began = HOW.clock()
    work()
    return HOW.clock() - began


def in_turn(works, rounds):
    """Seconds of each work in each round, (rounds, works): a drifting machine drifts for all of them."""
    for work in works:
        work()
    return np.array([[seconds(work) for work in works] for _ in range(rounds)])


def noise(count):
    return np.random.default_rng(0).integers(0, 255, (count, SIZE, SIZE), dtype=np.uint8)


def compiled(name, engine, device):
    """A network of random weights, run by this engine or, with a warning, by torch."""
    backbone = load_backbone(BackboneSpec(name, "random"), size=SIZE, device=device)
    return with_engine(backbone, engine, noise(WORTH_IMAGES))


def engines_side_by_side(threads, rounds, device, console):
    """A batch through each engine by `embed`, which scales the pixels too."""
    usable = (name for name, e in ENGINES.items() if e.compile and e.installed and e.device == device.type)
    engines = [TORCH, *usable]
    each = "s" if HOW.clock is perf_counter else "core second"
    title = (
        f"images/{each} with {threads} thread{'s' * (threads > 1)}, and over torch, median of {rounds} rounds"
    )
    table = Table("network", *engines, "aim", title=title)
    pixels = noise(BATCH)
    with torch_threads(threads):
        for name, aim in NETWORKS.items():
            works = [partial(embed, compiled(name, engine, device), pixels) for engine in engines]
            taken = in_turn(works, rounds)
            ratios = np.median(taken[:, :1] / taken, axis=0)
            speeds = BATCH / np.median(taken, axis=0)
            cells = [f"{s:.1f} ({r:.2f})" for s, r in zip(speeds, ratios, strict=True)]
            table.add_row(name, *cells, f"{aim}")
    console.print(table)


def products_bound(threads, device, console):
    """What a network's operations would take at the speed of a large float32 product, which no engine passes."""
    side = 4_096
    one, other = torch.rand((2, side, side), device=device)
    with torch_threads(threads), torch.inference_mode():
        speed = 2 * side**3 / np.median(in_turn([partial(torch.mm, one, other)], 7))
        for name in (*NETWORKS, *LOOP):
            backbone = load_backbone(BackboneSpec(name, "random"), size=SIZE, device=device)
            with FlopCounterMode(display=False) as counter:
                embed(backbone, noise(1))
            operations = counter.get_total_flops()
            console.print(
                f"{name}: {operations / 1e9:.2f} GFlop an image; at {speed / 1e9:.0f} GFlop/s, the speed of a large "
                f"product with {threads} threads, at most {speed / operations:.1f} images"
            )


def against_bare(count, engine, rounds, device, console):
    """The whole pass over the forward alone of the same engine on normalised batches.

    Less the seconds of loading, compiling and comparing the network, which the last column says.
    """
    title = (
        f"whole pass of {count} files over the bare forward, {engine}, {rounds} rounds; aims 0.95 and 0.98"
    )
    table = Table("network", "bare images/s", "cold / bare", "pixels stored / bare", "begin, s", title=title)
    with torch_threads(HOW.cores), TemporaryDirectory() as folder:
        root, jobs = Path(folder), HOW.cores
        names = write_pngs(root, count)
        for name in PASS:
            spec, backbone = BackboneSpec(name, "random"), compiled(name, engine, device)
            batch = torch.randn((BATCH, 3, SIZE, SIZE), device=device)
            run = backbone.run or backbone.network.to(memory_format=torch.channels_last)
            if backbone.run is None:
                batch = batch.contiguous(memory_format=torch.channels_last)

            def bare(run=run, batch=batch):
                with torch.inference_mode():
                    for _ in range(count // BATCH):
                        run(batch)

            taken = []
            for number in range(rounds):
                cold, stored = root / f"{name}{number}cold", root / f"{name}{number}stored"
                load_pixels(stored, root, names, jobs=jobs)
                begin = seconds(partial(compiled, name, engine, device))
                whole = [
                    seconds(partial(one_pass, place, root, names, [spec], engine, device, jobs)) - begin
                    for place in (cold, stored)
                ]
                taken.append([seconds(bare), *whole, begin])
            bares, *others, begin = np.array(taken).T
            ratios = [f"{np.median(bares / other):.2f}" for other in others]
            table.add_row(name, f"{count / np.median(bares):.1f}", *ratios, f"{np.median(begin):.1f}")
    console.print(table)


def one_pass(cache, root, names, specs, engine, device, jobs):
    pixels = load_pixels(cache, root, names, jobs=jobs)
    return list(load_embeddings(cache, pixels, specs, device=device.type, engine=engine, jobs=jobs))


class Files(Dataset):
    """What a plain script does: open, resize and normalise each image for each network."""

    def __init__(self, root, names, mean, std):
        self.root, self.names = root, names
        self.mean, self.std = (torch.tensor(v).view(3, 1, 1) for v in (mean, std))

    def __len__(self):
        return len(self.names)

    def __getitem__(self, index):
        image = Image.open(self.root / self.names[index]).convert("L")
        padded = ImageOps.pad(image, (SIZE, SIZE), method=Image.Resampling.BICUBIC)
        pixels = torch.from_numpy(np.array(padded.convert("RGB"))).permute(2, 0, 1).float() / 255
        return (pixels - self.mean) / self.std


@torch.inference_mode()
def plain_loop(root, names, spec, device):
    """timm and a DataLoader, two workers, float32 as it comes."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = timm.create_model(spec.name, pretrained=False, num_classes=0).eval().to(device)
    files = Files(root, names, network.pretrained_cfg["mean"], network.pretrained_cfg["std"])
    loader = DataLoader(files, batch_size=BATCH, num_workers=2)
    return torch.cat([network(batch.to(device)).cpu() for batch in loader]).numpy()


def against_loop(count, engine, device, console):
    """One pass of all networks, their loading, compiling and comparing included, and a loop for each."""
    specs = [BackboneSpec(name, "random") for name in LOOP]
    with TemporaryDirectory() as folder, torch_threads(HOW.cores):
        root, jobs = Path(folder), HOW.cores
        names = write_pngs(root, count)
        began = HOW.clock()
        ours = one_pass(root / "c", root, names, specs, engine, device, jobs)
        fast = HOW.clock() - began
        began = HOW.clock()
        plain = [plain_loop(root, names, spec, device) for spec in specs]
        slow = HOW.clock() - began
        cosines = [cosine(a.data, b).min() for a, b in zip(ours, plain, strict=True)]
    console.print(
        f"{len(LOOP)} networks over {count} PNGs of 512 × 400: plain loop {slow:.0f} s / ours {fast:.0f} s = "
        f"{slow / fast:.2f} (aim 3 with 2000); smallest cosine {min(cosines):.6f} (aim 0.9999)"
    )


def cosine(a, b):
    return np.sum(a * b, axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))


def share_of_images(count, given):
    """Images per second, and core seconds, of this process over its images, when its network is ready."""
    name, engine, threads = given
    with torch_threads(threads):
        backbone = compiled(name, engine, torch.device("cpu"))
        embed(backbone, noise(BATCH))
        pixels = noise(count)
        began, used = perf_counter(), process_time()
        embed(backbone, pixels)
        return count / (perf_counter() - began), process_time() - used


def on_cores(counts, images, engine, console):
    """Each number of cores by the threads of one process, by processes of one thread, and by both.

    Images per second of the clock are the sum of what the processes reach side by side. Those per core second do
    not see cores that wait: they tell what dividing costs, not how much faster it is.
    """
    clock = HOW.clock is perf_counter
    each = "s" if clock else "core second"
    table = Table("network", "engine", "cores", "processes × threads", f"images/{each}", title="many cores")
    mine = sorted(os.sched_getaffinity(0))
    for name in NETWORKS:
        for cores in counts:
            for processes in sorted({1, max(1, cores // CORES_OF_PROCESS), cores}):
                os.sched_setaffinity(0, mine[:cores])  # of the processes that are started now, too
                given = (name, engine, cores // processes)
                shares = [images // processes] * processes
                found = list(_run_on_gpus(share_of_images, shares, given, ("",) * processes))
                os.sched_setaffinity(0, mine)
                rates, used = zip(*found, strict=True)
                speed = sum(rates) if clock else sum(shares) / sum(used)
                table.add_row(name, engine, f"{cores}", f"{processes} × {cores // processes}", f"{speed:.1f}")
    console.print(table)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=192)
    parser.add_argument("--loop-images", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--engine", default=AUTO, help="of the passes and the loop")
    parser.add_argument("--core-seconds", action="store_true")
    parser.add_argument("--cores", type=int, nargs="+", help="only: images/s on so many cores")
    given = parser.parse_args()
    if given.core_seconds:
        HOW.clock, HOW.cores = core_seconds, 1
    device, console = choose_device(given.device), Console(width=120)
    versions = ", ".join(f"{name} {engine.version}" for name, engine in ENGINES.items() if engine.installed)
    console.print(f"{platform.machine()}, {available_cores()} cores, device {device.type}, {versions}")
    console.print(
        f"{'core seconds' if given.core_seconds else 'seconds'}; load before: {os.getloadavg()[0]:.1f}"
    )
    if given.cores:
        on_cores(given.cores, given.images, given.engine, console)
        return
    for threads in dict.fromkeys((1, available_cores())) if device.type == "cpu" else ():
        engines_side_by_side(threads, given.rounds, device, console)
        products_bound(threads, device, console)
    against_bare(given.images, given.engine, given.rounds, device, console)
    against_loop(given.loop_images, given.engine, device, console)


if __name__ == "__main__":
    main()
