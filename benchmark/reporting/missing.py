"""What a report lacks, and why: cells that are not done, and what could not be drawn or written."""

from collections import Counter
from collections.abc import Sequence

from benchmark.execution.plan import Plan
from benchmark.reporting.figure_files import Drawn
from benchmark.reporting.tables import Written


def missing_cells(plan: Plan) -> list[dict[str, str | int]]:
    """How many cells are left out by the grid, or not done yet, by reason: cells, status, reason."""
    reasons = Counter((p.status, p.reason) for p in plan.cells if p.status != "done")
    reasons.update(("left out", left.reason) for left in plan.left_out)
    return [
        {"cells": cells, "status": status, "reason": reason}
        for (status, reason), cells in reasons.most_common()
    ]


def missing_parts(figures: Sequence[Drawn], tables: Sequence[Written]) -> list[dict[str, str]]:
    """Figures and tables that there are not: what, reason."""
    return [
        {"what": f"{kind} {part.name}", "reason": part.reason}
        for kind, parts in (("figure", figures), ("table", tables))
        for part in parts
        if part.reason
    ]
