"""What the study asks for: shares of data sets, families and runs."""

import numpy as np

COVERS = (0.93, 0.97)  # of 95 % intervals, the share that holds the true value
REJECTED = 0.05
REJECTS = (0.04, 0.06)  # of tests at REJECTED, the share that finds a difference where there is none
FAMILY_ERROR = 0.05
RUNS_HOLD, RUNS = 93, 100  # of runs with shuffled labels, how many intervals hold 0.5


def wanted(limits: tuple[float, float]) -> str:
    """The limits in per cent."""
    return f"{100 * limits[0]:.0f}–{100 * limits[1]:.0f} %"


def monte_carlo(share: float, count: int) -> float:
    """The standard error of a share of so many data sets."""
    return float(np.sqrt(share * (1 - share) / count))
