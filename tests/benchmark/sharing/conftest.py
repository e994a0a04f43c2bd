"""Planted exports: two grids on one test set, and one of them on the test set of another hospital."""

import pytest

from benchmark.sharing.export import export_grid
from benchmark.sharing.leaderboard import leaderboard_of
from benchmark.sharing.opened_exports import open_exports
from tests.benchmark.planted import ALONE, NETWORKS, grid_of
from tests.planted_study import planted_manifest, planted_study

_BASE = {"body_parts": ["elbow", "wrist"], "train_sizes": [50, 400], "evaluation": {"resamples": 100}}
_ALONE = {"feature_extraction": None, "fine_tuning": None}  # hand-crafted cells alone
_FROZEN = {"backbones": NETWORKS[:1], "classifiers": ["logistic_regression"]}


@pytest.fixture(scope="session")
def exports(tmp_path_factory):
    """`home` and `rival` were tested on the same patients, `away` on others. Do not write into their folder."""
    folder = tmp_path_factory.mktemp("exports")
    tuned = {"feature_extraction": _FROZEN, "fine_tuning": {"backbones": NETWORKS[:1]}}
    both = {**tuned, "hand_crafted": None}
    rival = {
        "feature_extraction": {"backbones": NETWORKS[1:], "classifiers": ["logistic_regression"]},
        "fine_tuning": None,
    }
    asked = {"home": (0, both), "rival": (0, rival), "away": (5, both)}
    paths = {}
    for name, (seed, sections) in asked.items():
        grid = grid_of(**{**_BASE, **sections, "name": f"grid-{name}"})
        manifest = planted_manifest(["elbow", "wrist"], 400, 60, seed)
        plan, records = planted_study(folder / name, grid, manifest)
        paths[name] = folder / f"{name}.zip"
        export_grid(plan, records, paths[name])
    return paths


@pytest.fixture(scope="session")
def lost(tmp_path_factory):
    """The plans, workspaces and exports of one grid: all images read, one of the test part not, one of training."""
    folder = tmp_path_factory.mktemp("lost")
    manifest = planted_manifest(["elbow"], 100, 40)
    one = {split: rows["image"].iloc[0] for split, rows in manifest.images.groupby("split")}
    found = {}
    for name, unreadable in (("none", ()), ("test", (one["test"],)), ("train", (one["train"],))):
        grid = grid_of(**{**_BASE, "body_parts": ["elbow"], "train_sizes": [50], **_ALONE})
        plan, records = planted_study(folder / name, grid, manifest, unreadable=unreadable)
        export_grid(plan, records, folder / f"{name}.zip")
        found[name] = plan, records, folder / f"{name}.zip"
    return found


@pytest.fixture(scope="session")
def opened(exports, tmp_path_factory):
    return open_exports(list(exports.values()), tmp_path_factory.mktemp("runs"), ALONE)


@pytest.fixture(scope="session")
def board(opened):
    return leaderboard_of(opened)
