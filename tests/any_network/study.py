"""Networks of every source, frozen, adapted and fine-tuned on a phantom, in one grid.

python -m tests.any_network.study --folder DIR

Makes the networks with random weights (so that no score means anything), runs the grid in DIR, and prints what each
arm trained and took. Ends with status 1 where a cell failed.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

import benchmark as bm
from tests.any_network.grid import content, trainable_networks, write

ARMS = {
    "logistic_regression": "frozen",
    "lora": "LoRA",
    "attentive_probe": "probe",
    "end_to_end": "fine-tuned",
}


def table_of(records):
    """A row per network: of each arm the seconds of a cell and the millions of trained parameters."""
    rows = [
        (record.backbone, ARMS[record.classifier], record.cost.seconds_total, trained(record))
        for record in records
        if record.classifier in ARMS
    ]
    frame = pd.DataFrame(rows, columns=["backbone", "arm", "seconds", "trained"])
    return frame.pivot(index="backbone", columns="arm").reindex(frame["backbone"].unique())


def trained(record):
    return (record.cost.trainable_parameters or 0) / 1e6


def shown(frame):
    """The table for the terminal; a dash where a network has no such arm."""
    table = Table(title="seconds of a cell, and millions of trained parameters")
    table.add_column("network")
    for arm in ARMS.values():
        table.add_column(arm, justify="right")
    for name, row in frame.iterrows():
        cells = [
            "-"
            if np.isnan(row["seconds", arm])
            else f"{row['seconds', arm]:.1f} s, {row['trained', arm]:.2f}"
            for arm in ARMS.values()
        ]
        table.add_row(name, *cells)
    return table


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    folder = parser.parse_args().folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    results = bm.run(write(content(folder, trainable_networks(folder)), folder), folder / "runs")
    console = Console(width=120)
    console.print(shown(table_of(results.cells)))
    for record in results.failed:
        console.print(f"failed {record.backbone}, {record.classifier}: {record.error}")
    console.print(f"{len(results.cells)} cells, {len(results.failed)} failed")
    return bool(results.failed)


if __name__ == "__main__":
    sys.exit(main())
