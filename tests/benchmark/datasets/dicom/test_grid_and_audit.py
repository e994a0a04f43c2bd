"""A grid, a report and an audit of a folder of DICOM studies: they work, and no identifier comes out."""

import json
from pathlib import Path

import numpy as np
import pytest

import benchmark as bm
from benchmark.datasets.audit.checks import audit
from benchmark.datasets.audit.document import document
from benchmark.datasets.audit.page import write_page
from benchmark.datasets.dicom.dataset import read_dicom
from benchmark.datasets.dicom.studies import DicomFolder
from benchmark.datasets.image_facts import with_facts
from benchmark.datasets.verification import verify
from tests.benchmark.datasets.dicom.studies import SECRETS, uid, write_folder, write_study

GRID = {
    "name": "ours",
    "dataset": {"kind": "dicom", "protocol": "patient"},
    "image": {"size": 32},
    "hand_crafted": {"descriptors": ["edges"], "classifiers": ["logistic_regression"]},
}


def leaks(*folders: Path) -> list[str]:
    """Which identifying values are in which file; the targets of links are the data themselves."""
    wanted = [secret.encode() for secret in (*SECRETS, uid(0)[:-1])]
    found = []
    for path in (path for folder in folders for path in folder.rglob("*")):
        if any(secret in str(path).encode() for secret in wanted):
            found.append(f"name: {path}")
        if path.is_file() and not path.is_symlink():
            found += [f"{secret.decode()} in {path}" for secret in wanted if secret in path.read_bytes()]
    return found


@pytest.mark.slow
def test_a_grid_runs_and_reports_and_nobody_can_be_recognised(tmp_path):
    root = write_folder(tmp_path / "in", 60, PatientAge="053Y")
    asked = {"subgroups": ["manufacturer", {"column": "age", "bounds": [40]}], "resamples": 200}
    grid = bm.Grid.model_validate(
        {**GRID, "dataset": {**GRID["dataset"], "root": str(root)}, "evaluation": asked}
    )
    results = bm.run(grid, tmp_path / "runs", jobs=1, device="cpu")
    assert results.metrics().query("metric == 'auroc'")["value"].min() > 0.9, "crossed bars are other edges"
    assert results.predictions()["patient"].str.fullmatch("[0-9a-f]{12}").all()
    bm.report(results, tmp_path / "paper", jobs=1)
    assert "too few" in (tmp_path / "paper/tables/subgroups_manufacturer.md").read_text()
    assert "≥ 40" in (tmp_path / "paper/tables/subgroups_age.csv").read_text()
    assert leaks(tmp_path / "runs", tmp_path / "paper") == []
    again = bm.run(grid, tmp_path / "runs", jobs=1, device="cpu")
    assert again.predictions().equals(results.predictions())
    (tmp_path / "runs/.cache").rename(tmp_path / "gone")
    assert [row.status for row in bm.plan(grid, tmp_path / "runs").cells] == ["done"]


def test_the_audit_names_elements_and_never_a_value(tmp_path):
    root = write_folder(tmp_path / "in", 8, BurnedInAnnotation="NO")
    write_study(root, 0, BurnedInAnnotation="YES", Modality="SC")
    manifest = read_dicom(DicomFolder(root, root / "labels.csv"), tmp_path / "cache")
    audited = audit(manifest, jobs=1)
    found = {finding.code: finding for finding in audited.findings}
    assert found["AUDIT011"].examples[0].endswith(": 8 files")
    assert len(found["AUDIT012"].examples) == 1
    assert found["AUDIT013"].examples == ("Modality SC: 1 image",)
    assert found["AUDIT010"].severity == "ok"
    write_page(audited, tmp_path / "out", "ours")
    (tmp_path / "out/audit.json").write_text(json.dumps(document(audited)))
    assert leaks(tmp_path / "out") == []


def test_verify_sees_two_photometric_interpretations_and_no_inversion(tmp_path):
    root = write_folder(tmp_path / "in", 8)
    manifest = read_dicom(DicomFolder(root, root / "labels.csv"), tmp_path / "cache")
    facts = with_facts(manifest)
    assert sorted(set(facts["mode"])) == ["MONOCHROME1", "MONOCHROME2"]
    assert (set(facts["bits"]), set(facts["format"]), facts["inverted"].any()) == ({12}, {"DICOM"}, np.False_)
    assert not [finding for finding in verify(manifest) if finding.severity == "error"]
