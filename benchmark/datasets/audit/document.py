"""The findings of an audit as JSON, for other programs."""

from dataclasses import asdict
from typing import Any

from benchmark.datasets.audit.checks import Audit

SCHEMA = 1  # raise it when a key changes its meaning or goes; new keys do not change it


def document(audited: Audit) -> dict[str, Any]:
    """`schema`, `images`, `digest` of the manifest, and `findings`.

    A finding has code, severity, message, examples, copies (first and second image, likeness, changes) and
    shortcut (auroc, low, high, and the class or finding `of`; or null).
    """
    names = audited.manifest.images["image"].tolist()
    findings = []
    for finding in audited.findings:
        entry = asdict(finding)
        entry["copies"] = [
            {**asdict(copy), "first": names[copy.first], "second": names[copy.second]}
            for copy in finding.copies
        ]
        findings.append(entry)
    return {"schema": SCHEMA, "images": len(names), "findings": findings}
