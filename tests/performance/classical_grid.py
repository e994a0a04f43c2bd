"""The classical grid at MURA's size: 36,808 × 1,664 features, all body parts and sizes, beside the fastest plain ways.

python -m tests.performance.classical_grid --out CELLS.jsonl                       ours, three seeds (an hour of two cores)
python -m tests.performance.classical_grid --out CELLS.jsonl --sides scikit-learn --names linear_svm --seeds 1
python -m tests.performance.classical_grid --out CELLS.jsonl --sides                the table of what is there

The features are planted, with MURA's numbers of images per part and several images a patient. Each cell of each side is
measured once, in CPU seconds of one core and in a process of its own, two at a time. CELLS.jsonl gets a line for each, so
that a run goes on from there; the table compares the cells that both sides have. The peers are those of `peers.py`;
without scikit-learn-intelex installed that side is left out.
"""

import argparse
import json
import os
import resource
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from benchmark.datasets.verification import MURA
from classifiers.catalogue import CLASSIFIERS
from classifiers.train_and_test import TrainTest
from tests.performance import peers
from tests.performance.classical import NAMES, VIEWS, WIDTH, planted

OURS, PLAIN, INTELEX = "ours", "scikit-learn", "intelex"
SAME_GRID = "same-grid"  # XGBoost by a grid search over the candidates of ours, instead of early stopping
ALL = "all"
PARTS = {
    split: {part: sum(n[2:]) for (part, s), n in MURA.items() if s == split} for split in ("train", "test")
}
SIZES = (100, 3_000, 10_000, "full")
JOBS = 2


def rows_of(part, size, seed, split="train"):
    """The rows of a part's split, test rows after all training rows; of training rows the `size` first by patient."""
    counts, start = PARTS[split], 0 if split == "train" else sum(PARTS["train"].values())
    starts = dict(zip(counts, start + np.cumsum([0, *counts.values()]), strict=False))
    rows = np.concatenate([starts[p] + np.arange(counts[p]) for p in ([part] if part != ALL else counts)])
    if split == "test":
        return rows
    patients = rows // VIEWS
    order = np.random.default_rng(seed).permutation(np.unique(patients))
    rows = rows[np.argsort(np.argsort(order)[np.searchsorted(np.unique(patients), patients)], kind="stable")]
    return rows if size == "full" else rows[:size]


def cell(path, labels, side, name, part, size, seed):
    """One cell of one side, as a line of the file."""
    x = np.load(path, mmap_mode="r")
    rows, test = rows_of(part, size, seed), rows_of(part, size, seed, "test")
    with threadpool_limits(1):
        data = TrainTest(np.asarray(x[rows]), labels[rows], rows // VIEWS, np.asarray(x[test]), seed)
        _ = data.seconds_shared
        before = process_time()
        if side == OURS:
            found = CLASSIFIERS[name].fit(data).probabilities
        elif side == INTELEX:
            with peers.patched():
                found = peers.probabilities(name, data, 1)
        elif side == SAME_GRID:
            found = peers.probabilities("xgboost_same_grid", data, 1)
        else:
            found = peers.probabilities(name, data, 1)
        seconds = process_time() - before
    return {
        "side": side,
        "name": name,
        "part": part,
        "size": size,
        "seed": seed,
        "images": len(rows),
        "seconds": seconds,
        "auroc": roc_auc_score(labels[test], found),
        "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def cells(given):
    """(side, classifier, part, size, seed), the longest first, where the part has more images than the size."""
    images = PARTS["train"] | {ALL: sum(PARTS["train"].values())}
    wanted = [
        (side, name, part, size, seed)
        for side in given.sides
        for name in given.names
        if (side != INTELEX or (peers.INTELEX and name in peers.REPLACED))
        if side != SAME_GRID or name == "xgboost"
        for part in given.parts
        for size in given.sizes
        if size == "full" or size < images[part]
        for seed in range(given.seeds)
    ]
    return sorted(wanted, key=lambda cell: -images[cell[2]] if cell[3] == "full" else -cell[3])


def known(out):
    lines = out.read_text().splitlines() if out.exists() else []
    found = [json.loads(line) for line in lines]
    return {tuple(c[key] for key in ("side", "name", "part", "size", "seed")): c for c in found}


def measure(given, console):
    todo = [cell for cell in cells(given) if cell not in known(given.out)]
    if not todo:
        return
    total = sum(sum(counts.values()) for counts in PARTS.values())
    x, labels = planted(total, WIDTH)
    began = perf_counter()
    with TemporaryDirectory() as folder, given.out.open("a") as out:
        path = Path(folder) / "x.npy"
        np.save(path, x)
        del x
        with ProcessPoolExecutor(JOBS, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
            for done in as_completed([pool.submit(cell, path, labels, *one) for one in todo]):
                out.write(json.dumps(done.result()) + "\n")
                out.flush()
                console.print(
                    " ".join(f"{v:.4g}" if isinstance(v, float) else str(v) for v in done.result().values())
                )
    console.print(f"{len(todo)} cells in {perf_counter() - began:.0f} s by {JOBS} processes of one thread")


def _band(line):
    """The column of a cell: its size, or how many images a part has in full."""
    if line["size"] != "full":
        return f"{line['size']:,}"
    return "full, all" if line["part"] == ALL else "full, one part"


def show(out, console):
    """Sums of seconds per classifier and size over the cells that both sides have, and the largest gap in AUROC."""
    found, mine = defaultdict(list), {}
    for (side, *rest), line in known(out).items():
        if side == OURS:
            mine[tuple(rest)] = line
            found[line["name"], _band(line), OURS].append((line, line))
    for (side, *rest), line in known(out).items():
        if side != OURS and tuple(rest) in mine:
            found[line["name"], _band(line), side].append((mine[tuple(rest)], line))
    table = Table("classifier", "images", "side", "cells", "ours s", "its s", "ratio", "AUROC − ours", "GiB")
    for (name, band, side), pairs in sorted(found.items()):
        ours, its = (sum(pair[i]["seconds"] for pair in pairs) for i in (0, 1))
        gaps = [its["auroc"] - ours["auroc"] for ours, its in pairs]
        table.add_row(
            name,
            band,
            side,
            str(len(pairs)),
            f"{ours:.1f}",
            f"{its:.1f}",
            f"{its / ours:.2f}",
            f"{min(gaps):+.4f} to {max(gaps):+.4f}",
            f"{max(pair[1]['gib'] for pair in pairs):.2f}",
        )
    console.print(table)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sides", nargs="*", default=[OURS], choices=(OURS, PLAIN, INTELEX, SAME_GRID))
    parser.add_argument("--names", nargs="+", default=NAMES, choices=NAMES)
    parser.add_argument("--parts", nargs="+", default=[ALL, *PARTS["train"]], choices=(ALL, *PARTS["train"]))
    parser.add_argument("--sizes", nargs="+", type=lambda s: s if s == "full" else int(s), default=SIZES)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # of the processes that are started now
    console = Console(width=130)
    measure(given, console)
    show(given.out, console)


if __name__ == "__main__":
    main()
