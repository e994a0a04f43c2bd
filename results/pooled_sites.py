"""One comparison over several sites, each the test set once: the mean over sites and its tests."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from results.heterogeneity import Part, PartsTogether, parts_together


@dataclass(frozen=True)
class PooledSites:
    """`together`: the mean over sites as a random effect, and how they differ; with p-values of the mean.

    `p` is two-sided, of "the mean over sites is 0"; `p_equal` of "it is the margin or more" (two one-sided
    tests). Both are Student's t of the mean's own standard error (Hartung, Knapp, Sidik and Jonkman, at least
    that of a common effect) with sites - 1 degrees of freedom.
    """

    together: PartsTogether
    p: float
    p_equal: float


def pooled_sites(sites: Sequence[Part], margin: float, confidence: float = 0.95) -> PooledSites:
    """Combine the estimates of one comparison at several sites, whose test patients are different people.

    Raises ValueError for fewer than two sites.
    """
    together = parts_together(sites, confidence)
    freedom, mean = together.parts - 1, together.mean
    error = (mean.high - mean.value) / float(stats.t.ppf((1 + confidence) / 2, freedom))
    p = 2 * float(stats.t.sf(abs(mean.value) / error, freedom))
    p_equal = float(stats.t.sf((margin - abs(mean.value)) / error, freedom))
    return PooledSites(together, p, p_equal)
