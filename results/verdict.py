"""The verdict on freeze, adapt or fine-tune: one definition, for every command, table and page."""

from collections.abc import Mapping
from typing import Any

FINE_TUNE, FREEZE, EQUAL = "fine-tune", "freeze", "equal"
ADAPT = "adapt"
# By strategy, from the one that costs least: what to do, in two forms, and the key of its side in the rows
# of a head-to-head.
WORDS = {"feature_extraction": FREEZE, "adaptation": ADAPT, "fine_tuning": FINE_TUNE}
DOING = {"feature_extraction": "freezing", "adaptation": "adapting", "fine_tuning": "fine-tuning"}
SIDES = {"feature_extraction": "frozen", "adaptation": "adapted", "fine_tuning": "fine_tuned"}
UNDECIDED = "undecided"
ONE_PAIR = "one trained pair"  # one seed: it shows nothing of other training subsets


def sides_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """The strategies of both sides of a row of a head-to-head, the first one first."""
    first, second = (strategy for strategy, side in SIDES.items() if side in row)
    return first, second


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
    first: str = FREEZE,
    second: str = FINE_TUNE,
) -> str:
    """What the difference of two methods, `second` minus `first` (values of WORDS), says of them.

    `p_adjusted` is the two-sided p-value of no difference, `p_equal` that of a difference of the margin or
    more (`results.comparison.Difference.p_equal`), each adjusted for its family of planned comparisons
    (`results.families`); `level` is the familywise level of significance. From one seed there is no claim
    about methods: ONE_PAIR. EQUAL goes before `first` and `second`: a difference that is surely smaller than
    the margin does not matter, even if it is surely not zero. Undefined (None or NaN) numbers decide nothing:
    UNDECIDED. When lower is better (Brier score), a negative difference is for the second.
    """
    if seeds < 2:
        return ONE_PAIR
    if difference is not None and is_significant(p_equal, level):
        return EQUAL
    if difference is None or not is_significant(p_adjusted, level):
        return UNDECIDED
    return second if (difference > 0) == higher_is_better else first


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


def spoken_verdict(verdict: str, margin: float) -> str:
    """The verdict as a sentence has it, in ASCII: `fine-tune`, `not decided`, `equal within 0.02`."""
    words = {
        EQUAL: f"equal within {margin:g}",
        UNDECIDED: "not decided",
        ONE_PAIR: "no claim from one seed",
    }
    return words.get(verdict, verdict)


def freezing_text(worse_by: float | None, cost_share: float | None) -> str:
    """How much worse freezing is at most, and its time: `at most 0.010 worse, at 1/40 of the time`.

    `worse_by` is a one-sided bound, `cost_share` the time of the first side (frozen, or adapted) by that of
    the second; None or NaN where unknown.
    """
    if worse_by is None or worse_by != worse_by:  # NaN
        return "unknown"
    price = cost_text(cost_share)
    return f"at most {worse_by:.3f} worse" + (f", {price}" if price else "")


def cost_text(cost_share: float | None) -> str:
    """The time of the first side of a comparison by that of the second: `at 1/40 of the time`.

    Empty where it is unknown.
    """
    return f"at {_times(cost_share)} the time" if cost_share is not None and cost_share > 0 else ""


def _times(share: float) -> str:
    return f"1/{1 / share:.0f} of" if share < 2 / 3 else f"{share:.1f} times"
