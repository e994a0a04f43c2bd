"""The verdict on freeze or fine-tune: one definition, for every command, table and page."""

FINE_TUNE, FREEZE, EQUAL = "fine-tune", "freeze", "equal"
UNDECIDED = "undecided"
ONE_PAIR = "one trained pair"  # one seed: it shows nothing of other training subsets


def is_significant(p_adjusted: float | None, level: float) -> bool:
    """Whether an adjusted p-value is at or below the level; an undefined one (None or NaN) is not."""
    return p_adjusted is not None and p_adjusted <= level  # NaN compares as false


def verdict(
    difference: float | None,
    p_adjusted: float | None,
    p_equal: float | None = None,
    *,
    seeds: int,
    level: float,
    higher_is_better: bool = True,
) -> str:
    """What the difference of fine-tuned minus frozen says of both methods.

    `p_adjusted` is the two-sided p-value of no difference, `p_equal` that of a difference of the margin or
    more (`results.comparison.Difference.p_equal`), each adjusted for its family of planned comparisons
    (`results.families`); `level` is the familywise level of significance. From one seed there is no claim
    about methods: ONE_PAIR. EQUAL goes before FINE_TUNE and FREEZE: a difference that is surely smaller than
    the margin does not matter, even if it is surely not zero. Undefined (None or NaN) numbers decide nothing:
    UNDECIDED. When lower is better (Brier score), a negative difference is for fine-tuning.
    """
    if seeds < 2:
        return ONE_PAIR
    if difference is not None and is_significant(p_equal, level):
        return EQUAL
    if difference is None or not is_significant(p_adjusted, level):
        return UNDECIDED
    return FINE_TUNE if (difference > 0) == higher_is_better else FREEZE


def verdict_text(verdict: str, margin: float, detectable: float | None = None) -> str:
    """The verdict in words: `equal within ±0.02`; `undecided, could detect ≥ 0.041`.

    `detectable` is the difference that would have been found with 80 % power; None where unknown.
    """
    if verdict == EQUAL:
        return f"equal within ±{margin:g}"
    if verdict == UNDECIDED and detectable is not None and detectable == detectable:  # not NaN
        return f"undecided, could detect ≥ {detectable:.3f}"
    if verdict == ONE_PAIR:
        return "one trained pair, no claim about methods"
    return verdict


def freezing_text(worse_by: float | None, cost_share: float | None) -> str:
    """How much worse freezing is at most, and its time: `at most 0.010 worse, at 1/40 of the time`.

    `worse_by` is a one-sided bound, `cost_share` the time of the frozen side by that of the fine-tuned one;
    None or NaN where unknown.
    """
    if worse_by is None or worse_by != worse_by:  # NaN
        return "unknown"
    text = f"at most {worse_by:.3f} worse"
    if cost_share is None or not cost_share > 0:
        return text
    return f"{text}, at {_times(cost_share)} the time"


def _times(share: float) -> str:
    return f"1/{1 / share:.0f} of" if share < 2 / 3 else f"{share:.1f} times"
