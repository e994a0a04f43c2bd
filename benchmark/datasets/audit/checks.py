"""All checks of the audit, run on one data set."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmark.datasets.audit.bit_depth import bit_depth
from benchmark.datasets.audit.body_part import body_part
from benchmark.datasets.audit.burnt_in_text import burnt_in_text
from benchmark.datasets.audit.copies import copies
from benchmark.datasets.audit.copies_across_patients import copies_across_patients
from benchmark.datasets.audit.copies_across_splits import copies_across_splits
from benchmark.datasets.audit.findings import Audited, Finding
from benchmark.datasets.audit.identifying_elements import identifying_elements
from benchmark.datasets.audit.image_size import image_size
from benchmark.datasets.audit.label_conflicts import label_conflicts
from benchmark.datasets.audit.marker import marker
from benchmark.datasets.audit.missing_views import missing_views
from benchmark.datasets.audit.other_images import other_images
from benchmark.datasets.audit.patients_across_splits import patients_across_splits
from benchmark.datasets.audit.scan import scan
from benchmark.datasets.audit.unreadable import unreadable
from benchmark.datasets.manifest import Manifest

CHECKS: tuple[Callable[[Audited], Finding], ...] = (
    copies_across_splits,
    copies_across_patients,
    label_conflicts,
    body_part,
    image_size,
    bit_depth,
    marker,
    missing_views,
    patients_across_splits,
    unreadable,
    identifying_elements,
    burnt_in_text,
    other_images,
)


@dataclass(frozen=True)
class Audit:
    """The findings of all checks on a data set, in the order of their codes."""

    manifest: Manifest
    findings: tuple[Finding, ...]

    @property
    def has_error(self) -> bool:
        """Whether a finding is an error."""
        return any(finding.severity == "error" for finding in self.findings)


def audit(
    manifest: Manifest,
    *,
    jobs: int = 1,
    progress: Callable[[str, int, int], None] = lambda stage, steps, total: None,
) -> Audit:
    """Run every check, with `jobs` processes; `progress` is told (stage, steps done now, steps in all).

    A file that cannot be read is a finding.
    """
    images = len(manifest.images)
    scanned = scan(manifest.paths(), jobs, lambda done: progress("reading images", done, images))
    pairs = copies(scanned, jobs, lambda done, total: progress("comparing images", done, total))
    audited = Audited(manifest.images.reset_index(drop=True), scanned, pairs, manifest.task)
    return Audit(manifest, tuple(check(audited) for check in CHECKS))
