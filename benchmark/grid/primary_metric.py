"""The primary metric of a grid: one by which methods can be compared, and one of its kind of labels."""

from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from extractors.validation import one_of
from results.label_tasks import BINARY
from results.metric_lookup import default_primary, metric_named, metric_names
from results.metrics import METRICS
from results.task_metrics import TASK_METRICS


def _judges(name: str) -> str:
    """A metric by which two methods can be compared: more of it, or less, is better."""
    target = metric_named(name).target
    if target is not None:
        raise PydanticCustomError(
            "no_direction",
            f"'{name}' is best at {target:g}, and neither more nor less is better: it cannot be the primary "
            "metric; it is computed beside any other, such as brier",
        )
    return name


_NAMES = tuple(dict.fromkeys([*METRICS, *TASK_METRICS]))
MetricName = Annotated[str, AfterValidator(_judges), one_of(_NAMES, "metric")]


def primary_of(task: str, asked: str, *, given: bool) -> str:
    """The primary metric of a grid with labels of this task; `asked` is its own where it is `given`.

    The task's own (`results.task_metrics.default_primary`) where the grid gives none. Raises
    PydanticCustomError for a metric of another task.
    """
    if not given and task != BINARY:
        return default_primary(task)
    allowed = metric_names(task)
    if asked not in allowed:
        why = f"'{asked}' is no metric of {task} labels; allowed: {', '.join(allowed)}"
        raise PydanticCustomError("other_task", "{why}", {"key": "primary", "why": why})
    return asked
