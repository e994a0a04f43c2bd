"""How much faster the classifiers are than the fastest plain way of a competent user, and how near the answers.

python -m tests.performance.classical                           cell by cell, on one core (10 minutes)
python -m tests.performance.classical --sizes 3000 10000         the kernel SVM's peer takes an hour there
python -m tests.performance.classical --features FILE.npz        on its arrays x (n, d) and y (n,)

scikit-learn-intelex is measured too where it is installed. At MURA's size: classical_grid.py.
"""

import argparse
import os
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from time import perf_counter, process_time

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from classifiers.catalogue import CLASSIFIERS
from classifiers.train_and_test import TrainTest
from tests.performance import peers

ROWS, WIDTH, TEST_ROWS, VIEWS = 36_808, 1_664, 3_197, 3
SIZES = (100, 1_000)
IMPORTED = {"scikit-learn": "sklearn", "scikit-learn-intelex": "sklearnex"}
PACKAGES = ("numpy", "scipy", *IMPORTED, "xgboost")
NAMES = [name for name, entry in CLASSIFIERS.items() if entry.learns and entry.reference]


def planted(rows, width, seed=0):
    """Correlated features as a network's: 100 factors, of which 20 carry the label, curved in one."""
    random = np.random.default_rng(seed)
    factors = random.standard_normal((rows, 100), dtype=np.float32)
    mixing = random.standard_normal((100, width), dtype=np.float32) / 10
    x = factors @ mixing + random.standard_normal((rows, width), dtype=np.float32)
    signal = factors[:, :20].sum(axis=1) / 4.5 + 0.4 * (factors[:, 20] ** 2 - 1)
    labels = (signal + random.standard_normal(rows) > 0.3).astype(np.int64)
    return x, labels


def tested(x):
    """How many of the rows, the last, are for testing."""
    return min(TEST_ROWS, len(x) // 10)


def data_of(x, labels, size, seed, threads):
    train, test = x[: -tested(x)], x[-tested(x) :]
    patients = np.random.default_rng(seed).permutation(len(train) // VIEWS)[: size // VIEWS + 1]
    rows = (patients[:, None] * VIEWS + np.arange(VIEWS)).ravel()[:size]
    return TrainTest(train[rows], labels[rows], rows // VIEWS, test, seed, threads)


def measured(sides, cores, rounds, patience):
    """Seconds and answers of each side, in turns: medians of `rounds`, or of as many as begin in time.

    CPU seconds on one core, so that other processes on a shared machine do not count; else those of a clock.
    """
    clock = process_time if cores == 1 else perf_counter
    seconds, answers, began = {side: [] for side in sides}, {}, perf_counter()
    for _ in range(rounds):
        for side, work in sides.items():
            start = clock()
            answers[side] = work()
            seconds[side].append(clock() - start)
        if perf_counter() - began > patience:
            break
    return {side: float(np.median(taken)) for side, taken in seconds.items()}, answers


def with_intelex(name, data, cores):
    with peers.patched():
        return peers.probabilities(name, data, cores)


def compare(x, labels, given):
    """Ours beside the peers, cell by cell. Standardisation and folds are given to all sides."""
    console = Console(width=120)
    plain, intel = "scikit-learn", "intelex"
    table = Table("size", "classifier", "ours s", plain, "ratio", intel, "ratio", "AUROC", f"gap {plain}")
    total = {}
    for size in given.sizes:
        data = data_of(x, labels, size, 0, given.cores)
        _ = data.seconds_shared
        for name in given.names:
            sides = {
                "ours": partial(lambda name, data: CLASSIFIERS[name].fit(data).probabilities, name, data),
                plain: partial(peers.probabilities, name, data, given.cores),
            }
            if peers.INTELEX and name in peers.REPLACED:
                sides[intel] = partial(with_intelex, name, data, given.cores)
            seconds, answers = measured(sides, given.cores, given.rounds, given.patience)
            aurocs = {side: roc_auc_score(labels[-tested(x) :], answer) for side, answer in answers.items()}
            row = [str(size), name, f"{seconds['ours']:.2f}"]
            for side in (plain, intel):
                known = side in seconds
                row += (
                    [f"{seconds[side]:.2f}", f"{seconds[side] / seconds['ours']:.1f}"] if known else ["–"] * 2
                )
                total[side] = total.get(side, 0.0) + seconds.get(side, seconds[plain])
            total["ours"] = total.get("ours", 0.0) + seconds["ours"]
            row += [f"{aurocs['ours']:.4f}", f"{aurocs['ours'] - aurocs[plain]:+.4f}"]
            table.add_row(*row)
            console.print("  ".join(row), style="dim")  # what is known so far, should it be stopped
    console.print(table)
    console.print(f"all cells: {plain} / ours {total[plain] / total['ours']:.1f}", end="; ")
    found = f"{total[intel] / total['ours']:.1f}" if peers.INTELEX else "not installed"
    console.print(f"scikit-learn-intelex (scikit-learn where it has nothing) / ours {found}")
    versions = ", ".join(
        f"{name} {version(name)}" for name in PACKAGES if find_spec(IMPORTED.get(name, name))
    )
    console.print(f"{given.cores} cores; {versions}")


def features(given):
    """Those of a file, in random order, or planted ones: rows (n, d) and labels (n,)."""
    if given.features:
        with np.load(given.features) as arrays:
            order = np.random.default_rng(0).permutation(len(arrays["y"]))
            return arrays["x"][order], arrays["y"][order].astype(np.int64)
    return planted(given.rows + TEST_ROWS, given.width)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cores", type=int, default=1, help="of this machine, for each side")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--names", nargs="+", default=NAMES, choices=NAMES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--patience", type=float, default=120, help="seconds after which no round begins")
    parser.add_argument("--features")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--width", type=int, default=WIDTH)
    given = parser.parse_args()
    x, labels = features(given)
    # This holds for oneTBB and XGBoost too.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: given.cores])
    with threadpool_limits(given.cores):
        compare(x, labels, given)
