"""List what is missing from a report, with reasons: cells, figures and tables."""

from collections import Counter
from collections.abc import Sequence

from benchmark.execution.plan import Plan
from benchmark.reporting.figure_files import Drawn
from benchmark.reporting.tables import Written


def missing_cells(plan: Plan) -> list[dict[str, str | int]]:
    """Counts of cells that are left out or not done, by reason: cells, status, reason."""
    reasons = Counter((p.status, p.reason) for p in plan.cells if p.status != "done")
    reasons.update(("left out", left.reason) for left in plan.left_out)
    return [
        {"cells": cells, "status": status, "reason": reason}
        for (status, reason), cells in reasons.most_common()
    ]


def missing_parts(figures: Sequence[Drawn], tables: Sequence[Written]) -> list[dict[str, str]]:
    """Figures and tables that could not be made: what, reason."""
    return [
        {"what": f"{kind} {part.name}", "reason": part.reason}
        for kind, parts in (("figure", figures), ("table", tables))
        for part in parts
        if part.reason
    ]
