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
        yield Finding("data", PROBLEM, str(error), "no cell can be computed", "see the message")
        return
    yield Finding("data", OK, f"{len(manifest.images):,} images, {len(plan.test):,} of them for testing")
    for found in plan.findings:
        if found.severity != "ok":
            do = "see 'benchmark data verify'"
            yield Finding("data", NOTE, found.message, "scores may be too high, or mean little", do)
    if manifest.drawn:
        yield from _unreadable(manifest)
    yield _space(around, plan)


def _manifest(grid: Grid, around: Surroundings) -> Manifest:
    kind = DATASET_KINDS[grid.dataset.kind]
    cache = around.workspace.cache
    if kind.plan is not None:
        return kind.plan(grid.dataset, cache)
    return kind.read(grid.dataset, cache, available_cores())


def _unreadable(manifest: Manifest) -> Iterator[Finding]:
    paths = manifest.paths()
    problems = []
    for path in paths[:: max(1, len(paths) // _LOOKED_AT)][:_LOOKED_AT]:
        try:
            with open_image(path):
                pass
        except ImageFileError as error:
            problems.append(str(error))
    if problems:
        yield Finding(
            "data",
            PROBLEM,
            f"{len(problems)} of {_LOOKED_AT} images looked at cannot be read ({problems[0]})",
            "a run stops at the first of them",
            "'benchmark data verify' lists all; repair them, or run with --skip-unreadable",
        )


def _space(around: Surroundings, plan: Plan) -> Finding:
    images, side = len(plan.manifest.images), plan.grid.image.size
    extractors = {p.cell.backbone for p in plan.todo if p.cell.embedding_extractor}
    tokens = sum(bytes_of_tokens(one, images, side) or 0 for one in tokens_of_plan(plan).values())
    needed = images * (side * side + _WIDEST * len(extractors)) + tokens
    free = shutil.disk_usage(existing(around.workspace.folder)).free
    what = (
        f"the cache of this grid needs at most about {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free"
    )
    if needed < free:
        return Finding("data", OK, what)
    return Finding(
        "data", PROBLEM, what, "the run stops when the disk is full", "name a --workspace on another disk"
    )
