"""How much faster the batched classifiers are than GridSearchCV over pipelines, and how near the answers.

python tests/performance/classical.py          part of MURA's size against scikit-learn, cell by cell
python tests/performance/classical.py --full   ours alone at MURA's size, two jobs, with peak memory
"""

import argparse
import resource
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from classifiers import reference
from classifiers.catalogue import CLASSIFIERS
from classifiers.subset import Subset

ROWS, WIDTH, TEST_ROWS, VIEWS = 36_808, 1_664, 3_197, 3
SIZES = (100, 1_000, 3_000)
NAMES = ("logistic_regression", "linear_svm", "rbf_svm", "xgboost")


def planted(rows, width, seed=0):
    """Correlated features as a network's: 100 factors, of which 20 carry the label, curved in one."""
    random = np.random.default_rng(seed)
    factors = random.standard_normal((rows, 100), dtype=np.float32)
    mixing = random.standard_normal((100, width), dtype=np.float32) / 10
    x = factors @ mixing + random.standard_normal((rows, width), dtype=np.float32)
    signal = factors[:, :20].sum(axis=1) / 4.5 + 0.4 * (factors[:, 20] ** 2 - 1)
    labels = (signal + random.standard_normal(rows) > 0.3).astype(np.int64)
    return x, labels


def subset_of(x, labels, size, seed, threads):
    train, test = x[:-TEST_ROWS], x[-TEST_ROWS:]
    patients = np.random.default_rng(seed).permutation(len(train) // VIEWS)[: size // VIEWS + 1]
    rows = (patients[:, None] * VIEWS + np.arange(VIEWS)).ravel()[:size]
    return Subset(train[rows], labels[rows], rows // VIEWS, test, seed, threads)


def compare(x, labels, threads, sizes):
    table = Table(
        "size", "classifier", "ours s", "scikit-learn s", "ratio", "AUROC ours", "scikit-learn", "gap"
    )
    ours, theirs, gaps = 0.0, 0.0, []
    truth = labels[-TEST_ROWS:]
    for size in sizes:
        subset = subset_of(x, labels, size, 0, threads)
        began = perf_counter()
        _ = subset.x, subset.x_test, subset.folds  # shared by the four: counted, once
        ours += perf_counter() - began
        for name in NAMES:
            began = perf_counter()
            fit = CLASSIFIERS[name](subset)
            fast = perf_counter() - began
            found = reference.search(name, subset.train, subset.labels, subset.folds, subset.seed, threads)
            plain = reference.calibrated(found, subset.train, subset.labels, subset.folds)
            expected = plain.predict_proba(subset.test)[:, 1]
            slow = perf_counter() - began - fast
            auroc = [roc_auc_score(truth, p) for p in (fit.probabilities, expected)]
            ours, theirs, gaps = ours + fast, theirs + slow, [*gaps, auroc[0] - auroc[1]]
            cells = [f"{fast:.2f}", f"{slow:.2f}", f"{slow / fast:.1f}", *(f"{a:.4f}" for a in auroc)]
            table.add_row(str(size), name, *cells, f"{gaps[-1]:+.4f}")
    console = Console(width=110)
    console.print(table)
    console.print(
        f"scikit-learn / ours: {theirs / ours:.1f}; largest AUROC gap {max(map(abs, gaps)):.4f}; {threads} threads"
    )


def job(arguments):
    path, labels, size, seed, threads = arguments
    x = np.load(path, mmap_mode="r")
    names = [n for n in NAMES if not (n == "rbf_svm" and size > 10_000)]
    with threadpool_limits(threads):
        subset = subset_of(x, labels, size, seed, threads)
        seconds = {}
        for name in names:
            began = perf_counter()
            CLASSIFIERS[name](subset)
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
    given = parser.parse_args()
    x, labels = planted(ROWS + TEST_ROWS, WIDTH)
    if given.full:
        whole(x, labels, given.threads, range(given.seeds))
    else:
        with threadpool_limits(given.threads):
            compare(x, labels, given.threads, given.sizes)
