"""The planner's promise is of the right size in a few data sets; `python -m tests.validity.power` has many."""

import numpy as np
import pytest

from tests.validity import power as study


@pytest.fixture(scope="module")
def rows():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study, "DESIGNS", ((600, 5),))
        patch.setattr(study, "RESAMPLES", 100)
        return study.power(40)


def test_the_promise_is_within_what_so_few_data_sets_show(rows):
    for found, promised in (("found", "promised"), ("equal_found", "equal_promised")):
        chance = np.sqrt(np.clip(rows[promised] * (1 - rows[promised]), 0.01, None) / rows["datasets"])
        assert (abs(rows[found] - rows[promised]) <= 4 * chance).all(), rows[["world", found, promised]]


def test_finding_a_difference_is_likelier_where_there_is_one(rows):
    ahead, equal = (rows[rows["world"] == world].iloc[0] for world in ("ahead", "equal"))
    assert ahead["promised"] > 0.3 > equal["promised"]
    assert ahead["low"] < ahead["promised"] < ahead["high"]


def test_the_table_has_a_line_per_world_and_design(rows):
    lines = study.power_text(rows).splitlines()
    assert len(lines) == 2 + 2
    assert lines[0].startswith("| world | studies | seeds | difference | promised | found |")
