"""Open the plan of a grid: read its data set and compare its cells with the stored records."""

import logging
from dataclasses import replace
from pathlib import Path

from benchmark.datasets.kind import DatasetKeys
from benchmark.datasets.kinds import DATASET_KINDS
from benchmark.datasets.manifest import Manifest
from benchmark.datasets.names import BY_SITE
from benchmark.datasets.splits import is_leaky
from benchmark.datasets.study_lists import with_study_lists
from benchmark.execution.executors import available_cores
from benchmark.execution.external_sets import external_sets
from benchmark.execution.image_state import images_now
from benchmark.execution.kept_models import with_missing_models
from benchmark.execution.plan import Plan, make_plan, with_lacking
from benchmark.grid.schema import Grid
from benchmark.store.record import Finished
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace
from results.counts import counted, of_count

_UNKNOWN = (
    "whether the images are still those of the results is not known: what their files held is not kept in "
    "this workspace; 'benchmark run' compares them and computes again what differs"
)
_log = logging.getLogger(__name__)


def open_plan(
    grid: Grid, workspace: Workspace, *, read_images: bool = False, draw: bool = True
) -> tuple[Plan, Records]:
    """The plan of a grid and the records of the workspace.

    With `read_images`, the image files are read where there are results to compare them with; without it,
    only those that may have changed since they were last read. How the data set was read, if in an unusual
    way, what is wrong with its split, and that images with results were never read are logged as warnings.
    Without `draw`, a phantom that is not there is only listed. Raises UserError for data that cannot be used.
    """
    kind = DATASET_KINDS[grid.dataset.kind]
    if draw or kind.plan is None:
        manifest = load_manifest(grid.dataset, workspace.cache, jobs=available_cores())
    else:
        manifest = with_study_lists(kind.plan(grid.dataset, workspace.cache), grid.dataset.columns)
    records = workspace.records(grid.name)
    done = any(isinstance(record, Finished) for record in records.all())
    images = None
    if manifest.drawn:
        images = images_now(manifest, grid.image, workspace.cache, read_new=read_images and done)
    plan = with_missing_models(make_plan(grid, manifest, records, images), records)
    plan, about_external = _with_external(plan, workspace.cache, read_images and done)
    plan = with_lacking(plan, records)
    unknown = [_UNKNOWN] if manifest.drawn and done and images is None else []
    findings = [finding.line() for finding in plan.findings]
    notes = (*manifest.notes, *findings, *_leak(plan), *_in_no_part(plan), *unknown, *about_external)
    for line in notes:
        _log.warning("%s", line)
    return plan, records


def _with_external(plan: Plan, cache: Path, read_images: bool) -> tuple[Plan, list[str]]:
    """The plan with the external sets of its grid, and lines about them; none of a phantom to draw."""
    if not plan.manifest.drawn or not (plan.grid.external or plan.grid.corruptions):
        return plan, []
    sets, lines = external_sets(
        plan.grid, plan.manifest, plan.test, cache, read_images=read_images, jobs=available_cores()
    )
    return replace(plan, external=tuple(sets)), lines


def _leak(plan: Plan) -> list[str]:
    """What follows from patients on both sides of a split that should keep them apart."""
    if not plan.leaky_parts or is_leaky(plan.grid.dataset.protocol):
        return []
    parts = ", ".join(sorted(plan.leaky_parts))
    return [
        f"the split leaks patients ({parts}): scores are too high and every record is marked as leaky; keep "
        "each patient on one side, or use protocol: patient"
    ]


def _in_no_part(plan: Plan) -> list[str]:
    """How many images a held-out site leaves out of training and test, and why."""
    left = len(plan.manifest.images) - len(plan.pool) - len(plan.test)
    if plan.grid.dataset.protocol != BY_SITE or not left:
        return []
    return [
        f"{counted(left, 'image')} {of_count(left, 'is', 'are')} neither for training nor for testing: "
        f"no site is known, or "
        f"{of_count(left, 'it is', 'they are')} another site's of patients who are at site "
        f"'{plan.grid.dataset.site}' too"
    ]


def load_manifest(dataset: DatasetKeys, cache: Path, jobs: int = 1) -> Manifest:
    """The images of a grid's data set. Raises UserError for data that cannot be used."""
    manifest = DATASET_KINDS[dataset.kind].read(dataset, cache, jobs)
    return with_study_lists(manifest, dataset.columns)
