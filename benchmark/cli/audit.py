"""The command `benchmark data audit`: findings as a table, as JSON and as a page with pictures."""

import json
from pathlib import Path

from benchmark.cli.data import open_root
from benchmark.cli.terminal import console, findings_table, progress_bars, say, shown
from benchmark.datasets.at_path import Labels
from benchmark.execution.executors import available_cores
from extractors.array_store import write_atomically
from results.counts import counted


def audit_root(
    root: Path,
    out: Path | None,
    as_json: bool,
    jobs: int | None,
    allow_outside: bool = False,
    labels: Labels | None = None,
) -> bool:
    """Print the findings, write audit.json and audit.html into `out`; returns whether there is no error."""
    from benchmark.datasets.audit.checks import audit
    from benchmark.datasets.audit.document import document
    from benchmark.datasets.audit.page import write_page

    if out is not None:
        out.mkdir(parents=True, exist_ok=True)  # before minutes of work
    manifest, _ = open_root(root, allow_outside, labels)
    with progress_bars() as report:
        audited = audit(manifest, jobs=jobs or available_cores(), progress=report)
    text = json.dumps(document(audited), indent=1)
    if as_json:
        say(text)
    else:
        console().print(
            findings_table(audited.findings, f"{shown(root)}: {counted(len(manifest.images), 'image')}")
        )
    if out is not None:
        path = write_page(audited, out, f"Audit of {manifest.name or root.name}")
        write_atomically(out / "audit.json", text)
        if not as_json:
            say(f"pictures: {shown(path)}")
    return not audited.has_error
