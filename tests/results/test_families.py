"""The familywise error is held over the planned comparisons, finished or not."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from results.families import adjusted

GATES = [None, None, None, 0, 0, 1, 1, 2, 2]  # `all` at three sizes, then two body parts of each


def test_without_gates_it_is_holm_s_method():
    p_values = list(np.random.default_rng(0).random(9) ** 3)
    expected = multipletests(p_values, method="holm")[1]
    assert adjusted(p_values, [None] * 9) == pytest.approx(list(expected))


def test_a_body_part_is_tested_only_after_all_of_its_size():
    # two groups, each with half the level: the second's gate, then its body part alone
    found = adjusted([0.03, 0.001, 0.01, 0.001], [None, None, 0, 1])
    assert found[1] == pytest.approx(0.001 * 2)
    assert found[3] == pytest.approx(0.001 * 2), "the share of its gate, which is rejected"
    assert found[0] == pytest.approx(0.03), "the whole level, once the other group is done"
    assert found[2] == pytest.approx(0.03), "never before its gate"


def test_what_is_not_finished_counts_and_takes_no_verdict_away_later():
    interim = adjusted([0.01, None, float("nan"), None], [None] * 4)
    assert interim == pytest.approx([0.04, 1, 1, 1])
    later = adjusted([0.01, 0.2, 0.9, 0.012], [None] * 4)
    assert later[0] <= interim[0]


@pytest.mark.parametrize("alternatives", [(), (0,), (0, 1), (0, 1, 2), (0, 3), (0, 1, 2, 3, 4)])
def test_the_familywise_error_is_held(alternatives):
    random, wrong = np.random.default_rng(1), 0
    for _ in range(1500):
        p_values = random.random(9)
        p_values[list(alternatives)] *= 1e-4
        found = adjusted(list(p_values), GATES)
        wrong += any(p <= 0.05 for i, p in enumerate(found) if i not in alternatives)
    assert wrong / 1500 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 1500)


def test_nothing_is_adjusted_to_nothing():
    assert adjusted([], []) == []


def test_wrong_p_values_and_gates_are_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjusted([1.2], [None])
    with pytest.raises(ValueError, match="cannot be a gate"):
        adjusted([0.1, 0.1, 0.1], [None, 0, 1])
