"""Embedding and fine-tuning on a GPU against bare loops, bfloat16 against float32, classifiers on CPU and GPU.

python -m tests.performance.gpu [--images 40005] [--networks resnet50 densenet169] [--weights imagenet]
python -m tests.performance.gpu --only classifiers [--sizes 300 1000 3000 10000]
python -m tests.performance.gpu --dry-run      the same steps on the CPU with a tiny network, to see that they run

Each network is compiled for the comparison, which takes most of the time: about a minute each.
"""

import argparse
import platform
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import torch
from rich.console import Console
from rich.table import Column, Table
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from benchmark.execution.executors import available_cores
from classifiers.catalogue import CLASSIFIERS
from classifiers.device_fit import fit_on_device
from classifiers.selection import auroc as auroc_of
from extractors import engines
from extractors.array_store import PartialArray
from extractors.backbones import embed, load_backbone
from extractors.devices import choose_device, device_name, peak_memory
from extractors.embeddings import Failure, load_embeddings
from extractors.engines import ENGINES, bfloat16
from extractors.engines.agreement import with_engine
from extractors.specs import BackboneSpec
from tests.performance.classical import WIDTH, data_of, planted, tested
from tests.performance.fine_tuning import BATCH, HELD_OUT, bare_seconds, phantom_images, train, wait

NETWORKS = (  # of the studies in grids/literature
    "resnet50",
    "densenet169",
    "densenet201",
    "inception_v3",
    "inception_resnet_v2",
    "efficientnet_b0",
    "vgg16",
    "vgg19",
)
TUNED = ("resnet50", "densenet169")
ON_DEVICE = ("logistic_regression", "linear_svm", "rbf_svm", "xgboost")
STEPS = ("passes", "precision", "tuning", "classifiers")
ENGINE = "bfloat16"  # that `auto` takes for so many images
REAL = SimpleNamespace(resident=256, batches=40, phantom=2000, tuned=4096, width=WIDTH, dry=False)
DRY = SimpleNamespace(resident=8, batches=2, phantom=HELD_OUT + 32, tuned=HELD_OUT + 32, width=20, dry=True)


def random_pixels(folder, count, size):
    """A pixel store (count, size, size) of noise."""
    random, rows = np.random.default_rng(0), 4096
    store = PartialArray(folder, (count, size, size), np.uint8, rows)
    for part in list(store.pending):
        shape = (part.stop - part.start, size, size)
        store.write(part, random.integers(0, 256, shape, dtype=np.uint8))
    return store.finish([f"{number}.png" for number in range(count)])


@torch.inference_mode()
def bare(run, batch, batches):
    """Seconds of the first call, and images per second of the later ones, on a batch that stays there."""
    began = perf_counter()
    run(batch)
    wait(batch.device)
    first = perf_counter() - began
    run(batch)
    wait(batch.device)
    began = perf_counter()
    for _ in range(batches):
        run(batch)
    wait(batch.device)
    return first, batches * len(batch) / (perf_counter() - began)


def bare_speeds(spec, given, how):
    """Of one network: images per second cast and compiled, and the seconds that compiling took."""
    network = load_backbone(spec, size=given.size, device=given.device)
    shape = (len(network.mean), given.size, given.size)
    batch = torch.randn((how.resident, *shape), device=given.device)
    batch = batch.to(torch.bfloat16, memory_format=torch.channels_last)
    _, cast = bare(bfloat16.cast_network(network.network, shape), batch, how.batches)
    compiling, compiled = bare(bfloat16.compile_network(network.network, shape), batch, how.batches)
    torch._dynamo.reset()  # frees its graphs
    return cast, compiled, compiling


def passes(specs, folder, given, how, console):
    """One pass of all networks over a pixel store, and each network's part of it over its bare forward."""
    pixels = random_pixels(folder / "pixels", given.images, given.size)
    began = perf_counter()
    stored = list(
        load_embeddings(
            folder / "cache", pixels, specs, device=given.device.type, engine=ENGINE, jobs=available_cores()
        )
    )
    taken = perf_counter() - began
    table = Table(
        Column("network", no_wrap=True),
        "engine",
        "images/s",
        "bare images/s",
        "pass / bare",
        "compiled bare",
        "pass / compiled",
        "compiling",
        "pays from images",
        "peak memory",
        title="frozen pass, bf16; aim: pass / compiled at least 0.90",
    )
    for spec, found in zip(specs, stored, strict=True):
        if isinstance(found, Failure):
            table.add_row(spec.name, found.error)
            continue
        cost = found.meta["cost"]
        speed = 1000 / cost["milliseconds_per_image"]
        cast, compiled, compiling = bare_speeds(spec, given, how)
        saved = 1 / cast - 1 / compiled
        table.add_row(
            spec.name,
            cost["engine"],
            f"{speed:,.0f}",
            f"{cast:,.0f}",
            f"{speed / cast:.2f}",
            f"{compiled:,.0f}",
            f"{speed / compiled:.2f}",
            f"{compiling:.0f} s",
            f"{compiling / saved:,.0f}" if saved > 0 else "never",
            gibibytes(cost["peak_device_memory_bytes"]),
        )
    console.print(table)
    console.print(
        f"{len(specs)} network{'s' * (len(specs) > 1)} × {given.images:,} images, with loading, comparing and "
        f"writing: {taken:.1f} s (aim: all eight × 40,005 in 120 s on an H100)"
    )


def against_float32(specs, images, given, console):
    """bfloat16 against float32 on phantom images: of each network the smallest cosine, and both AUROCs."""
    table = Table(
        "network",
        "smallest cosine",
        "AUROC float32",
        "AUROC bf16",
        "difference",
        title=f"bf16 against float32, {len(images.rows)} phantom images; aims 0.999 and 0.002",
    )
    pixels = np.array(images.pixels)
    for spec in specs:
        network = load_backbone(spec, size=given.size, device=given.device)
        exact = embed(replace(network, run=network.network), pixels)
        half = embed(with_engine(network, ENGINE, pixels), pixels)
        aurocs = [auroc(vectors, images) for vectors in (exact, half)]
        difference = f"{aurocs[1] - aurocs[0]:+.4f}"
        cosine = cosines(exact, half).min()
        table.add_row(spec.name, f"{cosine:.6f}", *(f"{value:.4f}" for value in aurocs), difference)
    console.print(table)


def cosines(one, two):
    one, two = one.astype(np.float64), two.astype(np.float64)
    return (one * two).sum(axis=1) / (np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1))


def auroc(vectors, images):
    """Of a logistic regression in five folds of patients."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=2000))
    found = cross_val_predict(
        model, vectors, images.labels, groups=images.groups, cv=GroupKFold(5), method="predict_proba"
    )
    return roc_auc_score(images.labels, found[:, 1])


def fine_tuning(specs, images, folder, given, console):
    """Images per second of fine-tuning over the bare forward and backward of the same network."""
    table = Table(
        "network", "bare images/s", "fine-tuning images/s", "fine-tuning / bare", "peak memory",
        title=f"fine-tuning, batches of {BATCH}; aim 0.85",
    )  # fmt: skip
    count = len(images.rows) - HELD_OUT
    for spec in specs:
        speed = count // BATCH * BATCH / bare_seconds(spec, count, given.device, given.size)
        if given.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(given.device)
        training = train(spec, images, given.device, folder / spec.name)
        tuned = count / np.mean(training.passes[1:])
        peak = gibibytes(peak_memory(given.device))
        table.add_row(spec.name, f"{speed:,.0f}", f"{tuned:,.0f}", f"{tuned / speed:.2f}", peak)
    console.print(table)


def classifiers_on(device, sizes, width, console):
    """Each classifier with numpy, scikit-learn and XGBoost on all cores, and with this device, after a warm-up."""
    table = Table(
        "images", "classifier", "CPU s", "device s", "CPU / device", "AUROC CPU", "difference", "same choice",
        "used", title=f"search and fit, {width} planted features",
    )  # fmt: skip
    x, labels = planted(2 * max(sizes), width)
    truth, cores = labels[-tested(x) :], available_cores()
    for size, name in product(sizes, ON_DEVICE):
        fits, seconds = {}, {}
        for where in ("", str(device)):
            data = replace(data_of(x, labels, size, 0, cores), device=where)
            for _ in range(2 if where and size == min(sizes) else 1):  # the first fit starts CUDA
                with threadpool_limits(cores):
                    began = perf_counter()
                    fits[where] = fit_on_device(CLASSIFIERS[name], data)
                    seconds[where] = perf_counter() - began
        cpu, there = fits.values()
        scores = [auroc_of(truth, fit.probabilities) for fit in (cpu, there)]
        table.add_row(
            f"{size:,}",
            name,
            *(f"{value:.2f}" for value in seconds.values()),
            f"{seconds[''] / seconds[str(device)]:.1f}",
            f"{scores[0]:.4f}",
            f"{scores[1] - scores[0]:+.5f}",
            "yes" if cpu.parameters == there.parameters else f"{cpu.parameters} {there.parameters}",
            there.device or "the CPU",
        )
    console.print(table)


def gibibytes(count):
    return f"{count / 2**30:.1f} GiB" if count else ""


def versions(device):
    cuda = f", CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}" * (device.type == "cuda")
    return (
        f"{device_name(device)}, {platform.machine()} with {available_cores()} cores, "
        f"Python {platform.python_version()}, torch {torch.__version__}{cuda}"
    )


def on_the_cpu():
    """Let the CPU run the engines of CUDA, and torch.compile trace without generating code."""
    stack = ExitStack()
    own = {name: replace(engine, device="cpu") for name, engine in ENGINES.items() if engine.device == "cuda"}
    stack.enter_context(patch.dict(engines.ENGINES, own))
    stack.enter_context(patch.object(bfloat16, "_BACKEND", "eager"))
    return stack


def measure(given, how, console):
    spec_of = partial(BackboneSpec, weights=given.weights)
    specs = [spec_of(name) for name in given.networks]
    tuned = [spec_of(name) for name in TUNED if name in given.networks] or specs[:1]
    console.print(versions(given.device))
    if how.dry:
        console.print("dry run: that the steps run, no measurement")
    with TemporaryDirectory() as folder:
        root = Path(folder)
        if "passes" in given.only:
            passes(specs, root, given, how, console)
        if "precision" in given.only:
            images = phantom_images(root / "many", how.phantom, given.size)
            against_float32(specs, images, given, console)
        if "tuning" in given.only:
            images = phantom_images(root / "more", how.tuned, given.size)
            fine_tuning(tuned, images, root, given, console)
    if "classifiers" in given.only:
        classifiers_on(given.device, given.sizes, how.width, console)


def main(arguments=None, console=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=40_005)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--networks", nargs="+", default=NETWORKS)
    parser.add_argument("--weights", default="random", help="imagenet needs the weights, or the network")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--only", nargs="+", choices=STEPS, default=STEPS)
    parser.add_argument("--sizes", nargs="+", type=int, default=[300, 1_000, 3_000, 10_000], help="of fits")
    parser.add_argument("--dry-run", action="store_true")
    given, console = parser.parse_args(arguments), console or Console(width=150)
    if given.dry_run:
        given.images, given.size, given.networks, given.device = 64, 32, ["test_efficientnet"], "cpu"
        given.sizes = [60]
    given.device = choose_device(given.device)
    with on_the_cpu() if given.dry_run else ExitStack():
        measure(given, DRY if given.dry_run else REAL, console)


if __name__ == "__main__":
    main()
