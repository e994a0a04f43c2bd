"""Check whether a grid's data can be read, fit its axes, and fit on the disk."""

import shutil
from collections.abc import Iterator

from benchmark.datasets.kinds import DATASET_KINDS
from benchmark.datasets.manifest import Manifest
from benchmark.errors import UserError
from benchmark.execution.executors import available_cores
from benchmark.execution.plan import Plan, make_plan
from benchmark.execution.token_room import bytes_of_tokens, tokens_of_plan
from benchmark.grid.schema import Grid
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Finding, Surroundings
from benchmark.setup.doctor.hardware import existing
from extractors.image_files import ImageFileError, open_image
from extractors.specs import ConcatSpec, parts_of
from results.counts import counted

_WIDEST = 2048 * 4  # bytes of one image's float32 vector of a usual network
_LOOKED_AT = 20  # images, spread over the data set


def data(around: Surroundings) -> Iterator[Finding]:
    """Whether the data set can be read, whether it fits the grid, and some of its images."""
    if around.grid is None:
        return
    try:
        manifest = _manifest(around.grid, around)
        plan = make_plan(around.grid, manifest, around.workspace.records(around.grid.name))
    except UserError as error:
        public = "the data set cannot be read, or does not fit the grid"
        yield Finding("data", PROBLEM, str(error), "no cell can be computed", "see the message", public)
        return
    yield _counted(OK, f"{counted(len(manifest.images), 'image')}, {len(plan.test):,} of them for testing")
    for found in plan.findings:
        if found.severity != "ok":
            do = "see 'benchmark data verify'"
            why, public = "scores may be too high, or mean little", f"{found.code}: {found.severity}"
            yield Finding("data", NOTE, found.message, why, do, public)
    if manifest.drawn:
        yield from _unreadable(manifest)
    yield _space(around, plan)


def _counted(state: str, what: str, why: str = "", do: str = "") -> Finding:
    """A finding of fixed words and counts, which a bug report may tell."""
    return Finding("data", state, what, why, do, public=what)


def _manifest(grid: Grid, around: Surroundings) -> Manifest:
    kind = DATASET_KINDS[grid.dataset.kind]
    cache = around.workspace.cache
    if kind.plan is not None:
        return kind.plan(grid.dataset, cache)
    return kind.read(grid.dataset, cache, available_cores())


def _unreadable(manifest: Manifest) -> Iterator[Finding]:
    paths = manifest.paths()
    problems = []
    looked_at = paths[:: max(1, len(paths) // _LOOKED_AT)][:_LOOKED_AT]
    for path in looked_at:
        try:
            with open_image(path):
                pass
        except ImageFileError as error:
            problems.append(str(error))
    if problems:
        public = f"{len(problems)} of {counted(len(looked_at), 'image')} looked at cannot be read"
        yield Finding(
            "data",
            PROBLEM,
            f"{public} ({problems[0]})",
            "a run stops at the first of them",
            "'benchmark data verify' lists all; repair them, or run with --skip-unreadable",
            public,
        )


def _space(around: Surroundings, plan: Plan) -> Finding:
    images, side = len(plan.manifest.images), plan.grid.image.size
    tokens = sum(bytes_of_tokens(one, images, side) or 0 for one in tokens_of_plan(plan).values())
    needed = images * (side * side + _WIDEST * _networks_stored(plan)) + tokens
    free = shutil.disk_usage(existing(around.workspace.folder)).free
    what = (
        f"the cache of this grid needs at most about {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free"
    )
    if needed < free:
        return _counted(OK, what)
    return _counted(
        PROBLEM, what, "the run stops when the disk is full", "name a --workspace on another disk"
    )


def _networks_stored(plan: Plan) -> int:
    """How many networks' vectors are stored: of a concatenation those of its parts, and all side by side."""
    found = {one.label: one for p in plan.todo if (one := p.cell.embedding_extractor)}
    beside = [len(one.parts) for one in found.values() if isinstance(one, ConcatSpec)]
    return len(parts_of(found.values())) + sum(beside)
