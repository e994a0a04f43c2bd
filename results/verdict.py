"""The verdict on freeze or fine-tune: one definition, for every command, table and page."""

FINE_TUNE, FREEZE, NOT_SETTLED = "fine-tune", "freeze", "not settled"


def verdict(
    difference: float | None, p_adjusted: float | None, *, level: float, higher_is_better: bool = True
) -> str:
    """FINE_TUNE or FREEZE where fine-tuned minus frozen differs significantly from zero, else NOT_SETTLED.

    `p_adjusted` is the two-sided p-value after Holm's adjustment for the family of comparisons
    (`results.significance.holm`), `level` the familywise level of significance. Undefined (None or NaN)
    numbers settle nothing. When lower is better (Brier score), a negative difference is for
    fine-tuning.
    """
    if difference is None or p_adjusted is None or not p_adjusted <= level:  # NaN compares as false
        return NOT_SETTLED
    return FINE_TUNE if (difference > 0) == higher_is_better else FREEZE
