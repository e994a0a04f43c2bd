"""Adjust the p-values of a planned family of comparisons in which some are tested only after others."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from results.metric import Values


def adjusted(p_values: Sequence[float | None], gates: Sequence[int | None]) -> list[float]:
    """Adjusted p-values that hold the familywise error: a hypothesis is rejected where p <= the level.

    One entry per planned comparison. A p-value that is not known (yet) is None or NaN; it counts in the
    family as 1. `gates[i]` is the place of the comparison that must be rejected before comparison i is tested
    (None: tested at once), one step deep: `all` before its body parts. Without gates this is Holm's method
    (1979). With them it is the inheritance procedure (Goeman and Finos 2012, Stat. Appl. Genet. Mol. Biol.
    11(1)): each group of a gate and its hypotheses has an equal share of the level, which goes to the gate,
    then to those behind it, then to the other groups. Shares never fall as others are rejected, so that the
    familywise error is held for any dependence (Goeman and Solari 2010). Raises ValueError for a p-value
    outside 0 .. 1, and for a gate that has a gate.
    """
    known = np.array([1.0 if p is None or np.isnan(p) else p for p in p_values], np.float64)
    if ((known < 0) | (known > 1)).any():
        raise ValueError(f"p-values must be between 0 and 1, not {list(p_values)}")
    if any(gate is not None and gates[gate] is not None for gate in gates):
        raise ValueError("a comparison behind a gate cannot be a gate itself")
    groups = np.array([place if gate is None else gate for place, gate in enumerate(gates)], np.intp)
    rejected, found, reached = np.zeros(len(known), bool), np.ones(len(known)), 0.0
    while not rejected.all():
        shares = _shares(groups, rejected)
        relative = np.full(len(known), np.inf)
        np.divide(known, shares, out=relative, where=(shares > 0) & ~rejected)
        place = int(np.argmin(relative))
        reached = max(reached, min(1.0, float(relative[place])))
        found[place], rejected[place] = reached, True
    return [float(p) for p in found]


def _shares(groups: NDArray[np.intp], rejected: NDArray[np.bool_]) -> Values:
    """The share of the level that each hypothesis has now; 0 for rejected ones and behind closed gates."""
    shares = np.zeros(len(groups))
    open_groups = [group for group in np.unique(groups) if not rejected[groups == group].all()]
    for group in open_groups:
        members = np.flatnonzero((groups == group) & ~rejected)
        tested = members[members == group] if not rejected[group] else members
        shares[tested] = 1 / (len(open_groups) * len(tested))
    return shares
