"""The Python API for data before a run."""

import json

import benchmark as bm
from tests.benchmark.datasets.audit.audited import write_data_set


def test_the_audit_of_a_data_set_has_a_finding_per_check(tmp_path):
    findings = bm.audit(write_data_set(tmp_path), jobs=1).findings
    assert [finding.code for finding in findings][::9] == ["AUDIT001", "AUDIT010"]


def test_a_data_set_is_described(tmp_path, phantom):
    path = bm.croissant(phantom, tmp_path / "croissant.json", name="drawn", licence="CC0-1.0")
    assert json.loads(path.read_text())["license"] == "CC0-1.0"


def test_the_augmentation_of_a_grid_is_drawn(tmp_path, phantom):
    grid = bm.Grid.model_validate(
        {
            "name": "drawn",
            "dataset": {"kind": "mura", "root": str(phantom)},
            "image": {"size": 32},
            "fine_tuning": {"backbones": [{"name": "test_efficientnet", "weights": "random"}]},
        }
    )
    assert all(path.is_file() for path in bm.augmentations(grid, tmp_path / "out"))
