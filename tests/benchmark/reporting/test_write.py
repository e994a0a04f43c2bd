"""A report's folder holds every figure, table and number that its grid allows, and says why not the others."""

from pathlib import Path

import pandas as pd
import pytest

from benchmark.analysis.metrics_table import COLUMNS
from benchmark.errors import UserError
from benchmark.reporting.missing import missing_cells
from tests.benchmark.planted import ALONE, grid_of, planted, write_planted
from tests.benchmark.reporting.parts import names, reasons

FIGURES = {
    "learning_curves",
    "learning_curves_resnet18",
    "learning_curves_resnet34",
    "fine_tuned_minus_frozen",
    "fine_tuned_minus_hand_crafted",
    "frozen_minus_hand_crafted",
    "crossover_sizes",
    "heat_map_kappa",
    "cost_accuracy",
    "data_set",
}


def test_every_figure_is_a_pdf_a_picture_and_its_numbers(report):
    assert names(report.figures) >= FIGURES
    for start in ("roc", "precision_recall", "reliability", "confusion", "training_curves"):
        assert any(name.startswith(start) for name in names(report.figures)), start
    assert reasons(report)["figure critical_difference"] == "2 methods; ranks are compared from 3 on"
    for figure in (figure for figure in report.figures if figure.files):
        assert [path.suffix for path in figure.files] == [".pdf", ".png", ".csv"]
        assert figure.files[0].read_bytes()[:5] == b"%PDF-"
        assert len(pd.read_csv(figure.files[2]))


def test_nothing_else_lies_in_the_folder(report):
    assert report.files == sorted(path for path in report.folder.rglob("*") if path.is_file())


def test_metrics_csv_has_the_columns_that_are_promised(report, whole):
    table = pd.read_csv(report.folder / "metrics.csv")
    assert tuple(table.columns) == COLUMNS
    assert set(table["cell"]) == {planned.cell.id for planned in whole[0].cells}
    assert set(table["unit"]) == {"study", "image"}


@pytest.mark.slow
def test_a_second_report_of_the_same_records_says_the_same(report, whole, tmp_path):
    plan, records = whole
    again = write_planted(plan, records, tmp_path, ALONE, "name: planted")
    for path in [p for p in report.files if p.suffix in (".csv", ".tex", ".md")]:
        assert (tmp_path / path.relative_to(report.folder)).read_bytes() == path.read_bytes()
    assert names(again.figures) == names(report.figures)


@pytest.mark.usefixtures("one_pixel_figures")
def test_an_unfinished_grid_reports_what_there_is_and_says_what_is_missing(tmp_path):
    plan, records = planted(tmp_path, grid_of(seeds=[0], body_parts=["wrist"]), done=0.5)
    report = write_planted(plan, records, tmp_path / "paper", ALONE, "")
    done = sum(planned.status == "done" for planned in plan.cells)
    assert len(report.findings.evaluated.finished) == done
    assert missing_cells(plan) == [
        {"cells": len(plan.cells) - done, "status": "missing", "reason": "never run"}
    ]
    assert "never run" in (tmp_path / "paper" / "report.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("one_pixel_figures")
def test_one_size_and_one_seed_leave_out_what_needs_several(tmp_path):
    grid = grid_of(train_sizes=["full"], seeds=[0], body_parts=["elbow"])
    report = write_planted(*planted(tmp_path, grid), tmp_path / "paper", ALONE, "")
    why = reasons(report)
    assert "two training sizes" in why["figure crossover_sizes"]
    assert "two training sizes" in why["table crossovers"]
    assert why["table spread"] == "one seed has no spread"
    assert "two body parts" in why["table parts_together"]
    assert {"main", "differences", "cost"} <= names(report.tables)
    assert "one seed has no spread" in (tmp_path / "paper" / "report.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("one_pixel_figures")
def test_a_grid_of_frozen_networks_alone_has_no_head_to_head(tmp_path):
    grid = grid_of(fine_tuning=None, hand_crafted=None, seeds=[0], body_parts=["elbow"])
    report = write_planted(*planted(tmp_path, grid), tmp_path / "paper", ALONE, "")
    assert "no head-to-head" in (tmp_path / "paper" / "report.html").read_text(encoding="utf-8")
    assert "figure fine_tuned_minus_frozen" in reasons(report)
    assert {"main"} <= names(report.tables)


def test_no_finished_cell_is_one_line(tmp_path):
    plan, records = planted(tmp_path, grid_of(), done=0.0)
    with pytest.raises(UserError, match=r"^grid 'planted' has no finished cell in .*benchmark run$"):
        write_planted(plan, records, tmp_path / "paper", ALONE, "")
    assert not (tmp_path / "paper").exists()


def test_a_folder_that_cannot_be_made_is_one_line(whole, tmp_path):
    blocking = tmp_path / "file"
    blocking.write_text("")
    with pytest.raises(UserError, match=r"^--out: .*file.* cannot be made"):
        write_planted(*whole, Path(blocking, "paper"), ALONE, "")
