"""Mutated grids are refused in lines, or are grids."""

from collections import Counter

from tests.faults.grids import mutations, tried


def test_no_mutation_of_a_shipped_grid_ends_in_a_traceback():
    found = list(tried(seed=5, count=150))
    wrong = [
        (kind, message, content[:200])
        for kind, message, content in found
        if kind not in ("accepted", "refused")
    ]
    assert wrong == []
    assert min(Counter(kind for kind, _, _ in found).values()) > 20, "some of both"


def test_mutations_are_the_same_for_one_seed():
    assert list(mutations(1, 5)) == list(mutations(1, 5)) != list(mutations(2, 5))
