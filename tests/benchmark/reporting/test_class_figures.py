"""Curves of each finding of a planted study, and confusion matrices of grades."""

from types import SimpleNamespace

import pytest

from benchmark.analysis.resampled_cells import ResampledCells
from benchmark.grid.schema import Evaluation
from benchmark.reporting.class_figures import class_confusion, class_figures
from benchmark.store.records import Records, Result
from tests.benchmark.planted_findings import planted_findings
from tests.benchmark.store.test_measures import GRADED, graded
from tests.benchmark.store.test_records import parquet_digest


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> ResampledCells:
    return planted_findings(tmp_path_factory.mktemp("figures"))


def test_each_finding_has_curves_of_both_strategies(evaluated: ResampledCells) -> None:
    findings = SimpleNamespace(evaluated=evaluated, main_part="chest")
    figures = {name: make for name, _, make in class_figures(findings)}  # type: ignore[arg-type]
    assert len(figures) == 9
    frame = figures["roc_chest_mass"]().frame()
    assert frame.iloc[:, 0].nunique() == 2 or "method" in frame
    with pytest.raises(ValueError, match="no test patient has 'never', or every one has"):
        figures["roc_chest_never"]()


def test_findings_have_no_confusion_matrix_and_grades_do(evaluated: ResampledCells, tmp_path) -> None:
    with pytest.raises(ValueError, match="no confusion matrix"):
        class_confusion(evaluated, evaluated.finished[0], "")
    records = Records(tmp_path, "g")
    record = graded(predictions_sha256=parquet_digest(GRADED))
    records.write(Result(record, GRADED))
    cells = ResampledCells(Evaluation(), records, [record], {})
    matrix = class_confusion(cells, record, "hand")
    assert matrix.frame().to_numpy().sum() == len(GRADED)
    assert matrix.classes == ("0", "1")
