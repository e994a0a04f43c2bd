"""AUDIT013: DICOM files that are no plain radiographs by their header, or that differ in it."""

from collections import Counter

from benchmark.datasets.audit.findings import Audited, Finding, found
from results.counts import counted


def other_images(audited: Audited) -> Finding:
    """Another modality than an X-ray projection, colours, values not yet processed for the eye; or some
    images with a window of their own and others without, whose grey values are made in two ways.
    """
    files = [facts for facts in audited.scanned.dicom if facts is not None]
    counts = Counter(what for facts in files for what in facts.unusual)
    examples = [f"{what}: {counted(count, 'image')}" for what, count in counts.most_common()]
    without = sum(not facts.windowed for facts in files)
    if 0 < without < len(files):
        way_out = "'image: {window: [1, 99]}' in the grid treats all alike"
        examples.append(f"no window in the file, unlike others: {counted(without, 'image')}; {way_out}")
    what = "signs in DICOM headers of images unlike plain radiographs, or unlike each other"
    return found("AUDIT013", "warning", what, examples)
