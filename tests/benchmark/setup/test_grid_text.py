import re
from dataclasses import replace

import pytest
import yaml

from benchmark.grid.schema import Grid
from benchmark.setup.axes import STEPS, fullest
from benchmark.setup.counts import PartCounts
from benchmark.setup.grid_text import Proposed, grid_text
from benchmark.setup.machine import Machine, ReadyNetwork

PARTS = [
    PartCounts(name, 40_000, 9000, 15_000, 900, 900) for name in ("all", "no", "Hüfte, links: #1", "hand")
]
MACHINE = Machine(2, 8_000_000_000, "cpu", (ReadyNetwork("tf_efficientnet_lite0", "installed"),))
AXES = fullest(PARTS, MACHINE, [300])
DATASET = {"kind": "manifest", "root": "data: a #1/é.csv", "allow_outside": True}
PROPOSED = Proposed("own", DATASET, "official", AXES, 0.03, "the margin", ("A line\nwith a break.",))


def shortest():
    axes = AXES
    for step in STEPS:
        axes = step.change(axes)
    return axes


@pytest.mark.parametrize("axes", [AXES, shortest()], ids=["fullest", "shortest"])
def test_the_text_is_a_grid_and_every_key_has_a_comment(axes, tmp_path):
    text = grid_text(replace(PROPOSED, axes=axes))
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if re.match(r" *[a-z_]+:", line):
            assert re.match(r" *# \S+", lines[number - 1]), line
        assert len(line) <= 110 or not line.lstrip().startswith("#")
    grid = Grid.model_validate(yaml.safe_load(text), context=tmp_path)
    assert grid.dataset.root == tmp_path / "data: a #1/é.csv"
    assert grid.dataset.allow_outside
    assert grid.body_parts == list(axes.body_parts)
    assert grid.train_sizes == list(axes.train_sizes)
    assert grid.seeds == list(range(axes.seeds))
    assert grid.evaluation.margin == 0.03


def test_comments_cannot_become_keys():
    text = grid_text(replace(PROPOSED, lead=("note: a\u2028b\x1b[1m\nname: other",)))
    assert yaml.safe_load(text)["name"] == "own"


def test_dear_controls_have_one_seed_and_no_fine_tuning(tmp_path):
    grid = Grid.model_validate(yaml.safe_load(grid_text(PROPOSED)), context=tmp_path)
    left_out = [exclusion.model_dump(exclude_none=True) for exclusion in grid.exclude]
    assert {"control": "shuffled_labels", "strategy": "fine_tuning"} in left_out
    assert [e["seed"] for e in left_out if e["control"] == "random_weights" and "seed" in e] == [1, 2, 3, 4]
