"""What the study asks for: shares of data sets, families and runs."""

import numpy as np

COVERS = (0.93, 0.97)  # of 95 % intervals, the share that holds the true value
REJECTED = 0.05
REJECTS = (0.04, 0.06)  # of tests at REJECTED, the share that finds a difference where there is none
FAMILY_ERROR = 0.05
HARD_COVERS = (0.92, 0.97)  # the same where intervals are hard to make, if there is one without a warning
AT_LEAST = 0.93  # of intervals over seeds that are few, which may hold the true value more often
FEW_SEEDS = 5  # from so many on COVERS is asked for
ERROR = 0.05  # of each test at this level, the share that rejects what is true
WRONG_DIRECTION = 0.01  # of verdicts, the share that names the worse method
RUNS_HOLD, RUNS = 93, 100  # of runs with shuffled labels, how many intervals hold 0.5


def wanted(limits: tuple[float, float]) -> str:
    """The limits in per cent."""
    return f"{100 * limits[0]:.0f}–{100 * limits[1]:.0f} %"


def monte_carlo(share: float, count: int) -> float:
    """The standard error of a share of so many data sets."""
    return float(np.sqrt(share * (1 - share) / count))
