"""A few of each kind of damage, and a few interruptions; `make faults` tries thousands."""

import pandas as pd
import pytest

from tests.faults.drivers import drivers
from tests.faults.images import images
from tests.faults.kills import kills
from tests.faults.limits import limits
from tests.faults.manifests import manifests
from tests.faults.outcome import ACCEPTED, FAULT, REFUSED, Outcome, counted
from tests.faults.report import TITLES, page
from tests.faults.servers import servers
from tests.faults.weights import weights


@pytest.mark.parametrize(("section", "count"), [(images, 120), (manifests, 60), (weights, 6)])
def test_damaged_inputs_are_read_or_refused(section, count):
    rows = section(count)
    assert rows["tried"].sum() >= count
    assert rows["faults"].sum() == 0, rows[rows["faults"] > 0].to_string()


@pytest.mark.slow
@pytest.mark.parametrize(("section", "count"), [(kills, 4), (drivers, 1), (limits, 1), (servers, 1)])
def test_interrupted_runs_end_as_undisturbed_ones(section, count):
    rows = section(count)
    assert rows["faults"].sum() == 0, rows[rows["faults"] > 0].to_string()


def test_outcomes_are_counted_by_kind():
    found = [
        Outcome("a", ACCEPTED),
        Outcome("a", FAULT, "first"),
        Outcome("a", FAULT, "next"),
        Outcome("b", REFUSED),
    ]
    rows = counted(found).set_index("kind")
    assert rows.loc["a", ["tried", "accepted", "refused", "faults"]].tolist() == [3, 1, 0, 2]
    assert rows.loc["a", "first_fault"] == "first"
    assert rows.loc["b", "refused"] == 1


def test_the_page_gives_every_section_and_the_sum():
    rows = pd.DataFrame(
        [{"kind": "x", "tried": 1200, "accepted": 0, "refused": 1199, "faults": 1, "first_fault": "y"}]
    )
    text = page(dict.fromkeys(TITLES, rows))
    assert f"**{1200 * len(TITLES):,} tries, {len(TITLES)} faults**" in text
    assert all(f"## {title}" in text for title, _ in TITLES.values())
