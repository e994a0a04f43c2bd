"""Runs the simulation study and writes docs/validity.md: the answer to whether intervals and verdicts hold."""

import argparse
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pandas as pd
from rich.console import Console
from threadpoolctl import threadpool_limits

from results.uncertainty import INTERVALS
from tests.validity.changes import changes
from tests.validity.coverage import coverage
from tests.validity.crossovers import crossovers
from tests.validity.every_metric import every_metric
from tests.validity.families import families
from tests.validity.hard_settings import hard_settings
from tests.validity.interactions import hardware, interactions
from tests.validity.parts import parts
from tests.validity.report import page
from tests.validity.shuffled import shuffled
from tests.validity.training_sets import training_sets
from tests.validity.zones import found_zones

PAGE = Path(__file__).parents[2] / "docs" / "validity.md"
MEASURED = Path(__file__).with_name("measured")
DATASETS = 1000
RULE = "rule"  # column: the kind of intervals with which a section was measured
SECTIONS: dict[
    str, tuple[Callable[[int], pd.DataFrame], float]
] = {  # and the share of --datasets that it runs
    "training_sets": (training_sets, 0.4),
    "hard_settings": (hard_settings, 3),
    "changes": (changes, 1),
    "families": (families, 0.5),
    "parts": (parts, 2),
    "interactions": (interactions, 1),
    "hardware": (hardware, 0.5),
    "zones": (found_zones, 1),
    "shuffled": (shuffled, 0.5),
    "coverage": (coverage, 0.5),
    "crossovers": (crossovers, 0.5),
    "every_metric": (every_metric, 0.5),
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=DATASETS, help="data sets per setting")
    parser.add_argument(
        "--sections",
        nargs="*",
        choices=SECTIONS,
        default=list(SECTIONS),
        help="run these; the others as they lie in --kept",
    )
    parser.add_argument("--kept", type=Path, default=MEASURED, help="folder of the sections' rows")
    parser.add_argument("--out", type=Path, default=PAGE)
    return parser.parse_args()


def main() -> None:
    asked, console = arguments(), Console(width=110)
    asked.kept.mkdir(parents=True, exist_ok=True)
    with threadpool_limits(1):
        for name in asked.sections:
            began = perf_counter()
            section, share = SECTIONS[name]
            rows = section(max(1, round(share * asked.datasets))).assign(**{RULE: INTERVALS})
            rows.to_csv(asked.kept / f"{name}.csv", index=False, float_format="%.6g")
            console.print(f"{name}: {perf_counter() - began:.0f} s")
    missing = [name for name in SECTIONS if not (asked.kept / f"{name}.csv").exists()]
    if missing:
        console.print(f"no page yet: {asked.kept} has no rows of {', '.join(missing)}")
        return
    found = {name: pd.read_csv(asked.kept / f"{name}.csv") for name in SECTIONS}
    asked.out.write_text(page(found), encoding="utf-8")
    console.print(f"wrote {asked.out}")


if __name__ == "__main__":
    main()
