"""Labels and colours of metrics, strategies, body parts and sizes, for figures, tables and pages."""

import zlib
from collections.abc import Iterable, Sequence
from itertools import chain, count
from typing import Any, NamedTuple

BLACK, GREY, LIGHT = "#000000", "#666666", "#D9D9D9"
ORANGE, SKY, GREEN = "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"  # Okabe & Ito 2008: colour-blind safe


class Look(NamedTuple):
    """The label and the line of one strategy; marker and line style tell lines apart in grey print."""

    label: str
    color: str
    marker: str
    line: Any  # a matplotlib line style


_LOOKS = {
    "feature_extraction": Look("frozen", BLUE, "o", "-"),
    "fine_tuning": Look("fine-tuned", VERMILION, "s", (0, (5, 1.5))),
    "hand_crafted": Look("hand-crafted", GREEN, "^", (0, (1, 1.2))),
    "from_scratch": Look("from scratch", PURPLE, "v", (0, (3, 1, 1, 1))),  # this and below: published values
    "ensemble": Look("ensemble", ORANGE, "D", (0, (5, 1, 1, 1, 1, 1))),
    "radiologist": Look("radiologists", BLACK, "*", "-"),
    "adaptation": Look("adapted", SKY, "P", (0, (6, 1.2, 1.2, 1.2))),
}
_PALETTE = tuple(_LOOKS.values())  # all different in colour and marker
_SPARE = (
    Look("", SKY, "P", (0, (3, 1.5))),
    Look("", PURPLE, "v", (0, (3, 1, 1, 1))),
    Look("", ORANGE, "D", (0, (5, 1, 1, 1, 1, 1))),
)
_PARTS = {"all": "all parts"}


def register_look(strategy: str, look: Look) -> None:
    """Set the look of a strategy; a later call for the same strategy replaces it."""
    _LOOKS[strategy] = look


def look_of(strategy: str) -> Look:
    """The registered look of a strategy, or a default: its name in words and a colour derived from the name.

    The default depends on the name alone, so that figures drawn by different processes agree.
    """
    if strategy in _LOOKS:
        return _LOOKS[strategy]
    spare = _SPARE[zlib.crc32(strategy.encode()) % len(_SPARE)]
    return spare._replace(label=plain_name(strategy))


def looks_of(strategies: Sequence[str], labels: Sequence[str]) -> list[Look]:
    """One look per line: that of its strategy, or seven fixed ones where two lines would share a colour.

    Raises ValueError for more lines than there are looks.
    """
    looks = [look_of(strategy) for strategy in strategies]
    if len({look.color for look in looks}) < len(looks):
        if len(looks) > len(_PALETTE):
            raise ValueError(f"more than {len(_PALETTE)} lines in one panel cannot be told apart")
        looks = list(_PALETTE[: len(looks)])
    return [look._replace(label=label) for look, label in zip(looks, labels, strict=True)]


def plain_name(name: str) -> str:
    """A name from the grid in words: `balanced_accuracy` is balanced accuracy."""
    return name.replace("_", " ")


def metric_label(metric: str, unit: str = "") -> str:
    """A metric as an axis names it: `AUROC per study`."""
    # imported here, since packages that add a metric by an entry point may import this module for a `Look`
    from results.metrics import AT_CHOSEN, METRICS
    from results.task_metrics import TASK_METRICS

    base = metric.removesuffix(AT_CHOSEN)
    known = METRICS.get(base) or TASK_METRICS.get(base)
    label = known.label if known else plain_name(base)  # an epoch's `loss`, say
    name = label + (" (chosen threshold)" if base != metric else "")
    return f"{name} per {unit}" if unit else name


def part_label(body_part: str) -> str:
    """A body part in words; `all` is all parts."""
    return _PARTS.get(body_part, plain_name(body_part))


def size_label(train_size: int | str) -> str:
    """A training size of the grid: `3,000`, or `all` for `full`; `full (90 % of patients)` as it is."""
    if isinstance(train_size, str):
        return "all" if train_size == "full" else train_size
    return f"{int(train_size):,}"


def patients_label(patients: Iterable[float]) -> str:
    """Numbers of patients, from the least to the most: `27 patients`, `25–33 patients`."""
    counts = [round(count) for count in patients]
    least, most = min(counts), max(counts)
    numbers = f"{most:,}" if least == most else f"{least:,}–{most:,}"
    return f"{numbers} patient{'s' * (most != 1)}"


def size_name(train_size: int | str, patient_share: float | None) -> int | str:
    """A training size in rows: images, `full`, or (where seeds draw a share) `full (90 % of patients)`."""
    return train_size if patient_share is None else f"{train_size} ({percent(patient_share)} of patients)"


def percent(share: float) -> str:
    """A share in hundredths: `95 %`, `97.5 %`."""
    return f"{100 * share:g} %"


def distinct(name: str, taken: set[str]) -> str:
    """A name that is not in `taken`, with a number if need be (`A+` and `A` give one); then it is."""
    numbered = (f"{name}-{number}" for number in count(2))
    free = next(one for one in chain([name], numbered) if one not in taken)
    taken.add(free)
    return free


def covered(seeds: int) -> str:
    """What intervals of means over so many seeds are over, in words."""
    return "training sets (seeds) and test patients" if seeds > 1 else "test patients alone (one seed)"
