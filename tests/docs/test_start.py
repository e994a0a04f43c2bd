"""docs/start.md names the steps of `init` and the checks of `doctor` as they are, in their order."""

import re
from pathlib import Path

from benchmark.setup.axes import STEPS
from benchmark.setup.doctor.checks import CHECKS

PAGE = (Path(__file__).parents[2] / "docs" / "start.md").read_text(encoding="utf-8")


def test_the_steps_are_those_of_the_code():
    assert re.findall(r"^\d+\. (.+)$", PAGE, re.MULTILINE) == [step.words for step in STEPS]


def test_all_checks_are_named():
    table = PAGE[PAGE.index("## The doctor") :]
    named = [
        name
        for line in re.findall(r"^\| (`.+?) (?:\(|\|)", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", line)
    ]
    assert named == [check.name for check in CHECKS]
