"""What added classifiers cost: the share of a grid's core seconds that k nearest neighbours and TabICL take.

python -m tests.performance.heads                            grids/quickstart.yaml, one seed
python -m tests.performance.heads --grid G --seeds 0 1       another grid

TabICL is run with random weights in the sizes of the published network: they take the time that trained ones take.
"""

import argparse
import os
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import yaml
from rich.console import Console
from rich.table import Table

from benchmark import api
from benchmark.execution.executors import available_cores
from classifiers.tabicl_checkpoint import VARIABLE

ADDED = ("knn", "tabicl")


def write_random_tabicl(path):
    """A checkpoint whose network has the library's default sizes, which are those of TabICLv2."""
    from tabicl._model.tabicl import TabICL

    torch.save({"config": {}, "state_dict": TabICL().state_dict()}, path)
    os.environ[VARIABLE] = str(path)


def grid_with(given, folder, added):
    """The grid's text with these classifiers added to the frozen networks."""
    content = yaml.safe_load(given.grid.read_text())
    content["seeds"] = given.seeds
    content["feature_extraction"]["classifiers"] += [one for one in added if one]
    path = folder / "grid.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def core_seconds(results):
    """Core seconds by classifier, fine-tuning and embedding."""
    found, embedded = defaultdict(float), {}
    for record in results.cells:
        tuned = record.training is not None
        threads = record.training.threads if tuned else 1
        found["fine-tuning" if tuned else record.classifier] += threads * sum(record.seconds.values())
        if record.embedding and record.embedding.milliseconds_per_image:
            one = record.embedding
            embedded[record.backbone] = one.milliseconds_per_image / 1000 * (one.threads or 1)
    found["embedding"] = sum(embedded.values()) * len(results.plan.manifest.images)
    return found


def main(given):
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if "tabicl" in given.added:
            write_random_tabicl(folder / "random.ckpt")
        results = api.run(
            grid_with(given, folder, given.added),
            folder / "runs",
            jobs=available_cores(),
            device="cpu",
            track=False,
        )
        found = core_seconds(results)
    without = sum(seconds for name, seconds in found.items() if name not in ADDED)
    table = Table("part", "core seconds", "over the grid without the added ones")
    for name, seconds in sorted(found.items(), key=lambda item: -item[1]):
        table.add_row(name, f"{seconds:.1f}", f"{seconds / without:.1%}")
    Console(width=100).print(table, f"{len(results.cells)} cells, {len(results.failed)} failed")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--grid", type=Path, default=Path("grids/quickstart.yaml"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--added", nargs="+", default=list(ADDED), choices=ADDED)
    main(parser.parse_args())
