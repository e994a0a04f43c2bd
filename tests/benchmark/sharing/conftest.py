"""Planted exports: two grids on one test set, and one of them on the test set of another hospital."""

import pytest

from benchmark.sharing.export import export_grid
from benchmark.sharing.leaderboard import leaderboard_of
from benchmark.sharing.opened_exports import open_exports
from tests.benchmark.planted import ALONE, NETWORKS, grid_of
from tests.planted_study import planted_manifest, planted_study

_BASE = {"body_parts": ["elbow", "wrist"], "train_sizes": [50, 400], "evaluation": {"resamples": 100}}
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
def opened(exports, tmp_path_factory):
    return open_exports(list(exports.values()), tmp_path_factory.mktemp("runs"), ALONE)


@pytest.fixture(scope="session")
def board(opened):
    return leaderboard_of(opened)
