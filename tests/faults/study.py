"""Tries bad inputs and interruptions by the thousand and writes docs/reliability.md from what they ended in.

    python -m tests.faults.study [--sections kills images] [--share 0.1]

Ends with status 1 when there is a fault.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pandas as pd
from rich.console import Console

from tests.faults.clusters import clusters
from tests.faults.drivers import drivers
from tests.faults.grids import grids
from tests.faults.images import images
from tests.faults.kills import kills
from tests.faults.limits import limits
from tests.faults.manifests import manifests
from tests.faults.report import page
from tests.faults.servers import servers
from tests.faults.weights import weights

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
MEASURED = Path(__file__).with_name("measured")
SECTIONS: dict[str, tuple[Callable[[int], pd.DataFrame], int]] = {  # and how often each is tried
    "kills": (kills, 200),
    "drivers": (drivers, 6),
    "clusters": (clusters, 60),
    "limits": (limits, 10),
    "servers": (servers, 2),
    "grids": (grids, 10_000),
    "manifests": (manifests, 2000),
    "images": (images, 6000),
    "weights": (weights, 200),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sections", nargs="*", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--share", type=float, default=1.0, help="of the numbers of tries")
    parser.add_argument("--kept", type=Path, default=MEASURED, help="folder of the counts")
    parser.add_argument("--out", type=Path, default=PAGE)
    asked, console = parser.parse_args(), Console(width=110)
    asked.kept.mkdir(parents=True, exist_ok=True)
    faults = 0
    for name in asked.sections:
        section, count = SECTIONS[name]
        began = perf_counter()
        rows = section(max(1, round(asked.share * count)))
        rows.to_csv(asked.kept / f"{name}.csv", index=False)
        faults += rows["faults"].sum()
        console.print(f"{name}: {rows['tried'].sum():,} tried, {rows['faults'].sum():,} faults, ", end="")
        console.print(f"{perf_counter() - began:.0f} s")
        for row in rows[rows["faults"] > 0].itertuples():
            console.print(f"  {row.kind}: {row.faults} faults, the first: {row.first_fault}", markup=False)
    kept = {name: asked.kept / f"{name}.csv" for name in SECTIONS}
    asked.out.write_text(
        page({name: pd.read_csv(path, keep_default_na=False) for name, path in kept.items() if path.exists()})
    )
    console.print(f"wrote {asked.out}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
