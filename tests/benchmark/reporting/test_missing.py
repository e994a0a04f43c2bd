"""What a report lacks is counted by its reason."""

from dataclasses import replace
from types import SimpleNamespace

from benchmark.reporting.figure_files import Drawn
from benchmark.reporting.missing import missing_cells, missing_parts
from benchmark.reporting.tables import Written


def test_cells_are_counted_by_status_and_reason_most_common_first(whole):
    plan, _ = whole
    first, second, third, *others = plan.cells
    cells = [
        replace(first, status="failed", reason="broken"),
        replace(second, status="missing", reason="never run"),
        replace(third, status="missing", reason="never run"),
        *others,
    ]
    left = SimpleNamespace(reason="too few images")
    found = missing_cells(replace(plan, cells=cells, left_out=[left, left, left]))
    assert [(row["cells"], row["status"], row["reason"]) for row in found] == [
        (3, "left out", "too few images"),
        (2, "missing", "never run"),
        (1, "failed", "broken"),
    ]


def test_a_finished_grid_lacks_nothing(whole):
    assert missing_cells(replace(whole[0], left_out=[])) == []


def test_figures_and_tables_without_files_are_named_with_their_reason():
    figures = [Drawn("roc_hand", "ROC"), Drawn("cost_accuracy", "Cost", reason="no cost")]
    tables = [Written("spread", reason="one seed has no spread"), Written("main")]
    assert missing_parts(figures, tables) == [
        {"what": "figure cost_accuracy", "reason": "no cost"},
        {"what": "table spread", "reason": "one seed has no spread"},
    ]
