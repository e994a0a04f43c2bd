"""How much faster the batched classifiers are than GridSearchCV over pipelines, and how near the answers.

python -m tests.performance.classical                       against scikit-learn, cell by cell (5 minutes)
python -m tests.performance.classical --sizes 100 1000 3000  the same up to 3,000 rows (most of an hour)
python -m tests.performance.classical --full                 ours alone at MURA's size, two jobs, with peak memory
"""

import argparse
import resource
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from classifiers.catalogue import CLASSIFIERS
from classifiers.train_and_test import TrainTest
from tests.classifiers import reference

ROWS, WIDTH, TEST_ROWS, VIEWS = 36_808, 1_664, 3_197, 3
SIZES = (100, 1_000)  # the kernel SVM's plain search at 3,000 rows alone takes a quarter of an hour
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


def data_of(x, labels, size, seed, threads):
    train, test = x[:-TEST_ROWS], x[-TEST_ROWS:]
    patients = np.random.default_rng(seed).permutation(len(train) // VIEWS)[: size // VIEWS + 1]
    rows = (patients[:, None] * VIEWS + np.arange(VIEWS)).ravel()[:size]
    return TrainTest(train[rows], labels[rows], rows // VIEWS, test, seed, threads)


def timed(work, *arguments):
    began = perf_counter()
    return work(*arguments), perf_counter() - began


def plain_probabilities(name, data):
    """What a plain script does: search, refit and calibrate with scikit-learn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # liblinear's, where regularisation is weak
        found = reference.search(name, data.train, data.labels, data.folds, data.seed, data.threads)
        plain = reference.calibrated(found, data.train, data.labels, data.folds)
        return plain.predict_proba(data.test)[:, 1]


def compare(x, labels, threads, sizes):
    console = Console(width=110)
    table = Table(
        "size", "classifier", "ours s", "scikit-learn s", "ratio", "AUROC ours", "scikit-learn", "gap"
    )
    cells, shared = [], 0.0
    for size in sizes:
        data = data_of(x, labels, size, 0, threads)
        shared += timed(lambda data=data: (data.x, data.x_test, data.folds))[1]
        for name in NAMES:
            fit, fast = timed(CLASSIFIERS[name].fit, data)
            expected, slow = timed(plain_probabilities, name, data)
            aurocs = [roc_auc_score(labels[-TEST_ROWS:], p) for p in (fit.probabilities, expected)]
            cells.append((name, fast, slow, aurocs[0] - aurocs[1]))
            row = [str(size), name, f"{fast:.2f}", f"{slow:.2f}", f"{slow / fast:.1f}"]
            row += [f"{auroc:.4f}" for auroc in aurocs] + [f"{aurocs[0] - aurocs[1]:+.4f}"]
            table.add_row(*row)
            console.print("  ".join(row), style="dim")  # what is known so far, should it be stopped
    console.print(table)
    for left_out in ("", "linear_svm"):  # liblinear is so slow at weak regularisation that it hides the rest
        kept = [cell for cell in cells if cell[0] != left_out]
        ratio = sum(cell[2] for cell in kept) / (shared + sum(cell[1] for cell in kept))
        console.print(f"scikit-learn / ours{f' without {left_out}' if left_out else ''}: {ratio:.1f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    largest = max(abs(cell[3]) for cell in cells)
    console.print(f"largest AUROC gap {largest:.4f}; {threads} threads; peak {peak:.2f} GiB, both sides")


def job(arguments):
    path, labels, size, seed, threads = arguments
    x = np.load(path, mmap_mode="r")
    names = [n for n in NAMES if not (n == "rbf_svm" and size > 10_000)]
    with threadpool_limits(threads):
        data = data_of(x, labels, size, seed, threads)
        seconds = {}
        for name in names:
            began = perf_counter()
            CLASSIFIERS[name].fit(data)
            seconds[name] = perf_counter() - began
    return size, seed, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def whole(x, labels, threads, seeds):
    """Sizes × seeds × classifiers with two jobs; the matrix is mapped, not copied, by both."""
    table = Table("size", "seed", *NAMES, "process peak GiB")
    began, peaks = perf_counter(), []
    with TemporaryDirectory() as folder:
        np.save(Path(folder) / "x.npy", x)
        work = [
            (Path(folder) / "x.npy", labels, size, s, threads)
            for size in (36_000, 10_000, 3_000, 100)
            for s in seeds
        ]
        with ProcessPoolExecutor(2) as pool:
            for size, seed, seconds, peak in pool.map(job, work):
                table.add_row(
                    str(size),
                    str(seed),
                    *(f"{seconds[n]:.1f}" if n in seconds else "" for n in NAMES),
                    f"{peak:.2f}",
                )
                peaks.append(peak)
    console = Console(width=110)
    console.print(table)
    console.print(
        f"{perf_counter() - began:.0f} s with two jobs; the two largest peaks together {sum(sorted(peaks)[-2:]):.2f} GiB"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--width", type=int, default=WIDTH)
    given = parser.parse_args()
    x, labels = planted(given.rows + TEST_ROWS, given.width)
    if given.full:
        whole(x, labels, given.threads, range(given.seeds))
    else:
        with threadpool_limits(given.threads):
            compare(x, labels, given.threads, given.sizes)
