"""The figures and files that MLflow keeps of a cell and of a head-to-head."""

from pathlib import Path

from matplotlib.figure import Figure

from benchmark.analysis.resampled_cells import CHOSEN
from benchmark.store.records import Records
from benchmark.tracking.artifacts import WEIGHTS, cell_figures, cell_files, comparison_figures
from results.comparison import OVER_SEEDS
from tests.benchmark.recorded import failed, finished


def test_a_fine_tuned_cell_has_its_curves_and_its_confusion_matrix(whole):
    plan, records = whole
    tuned = next(p.cell.id for p in plan.cells if p.cell.strategy == "fine_tuning")
    found = cell_figures(records.read(tuned), records, "study")
    assert list(found) == ["training_curves.png", "confusion_matrix.png"]
    assert all(isinstance(figure, Figure) for figure in found.values())


def test_other_cells_have_no_figure():
    assert cell_figures(finished(), Records(Path("nowhere"), "grid"), "study") == {}
    assert cell_figures(failed(), Records(Path("nowhere"), "grid"), "study") == {}


def test_weights_are_kept_of_cells_that_succeeded(tmp_path):
    assert cell_files(finished(), tmp_path) == []
    (tmp_path / WEIGHTS).write_bytes(b"")
    assert cell_files(finished(), tmp_path) == [tmp_path / WEIGHTS]
    assert cell_files(failed(), tmp_path) == []


def rows_of(backbones):
    numbers = {"frozen": 0.7, "fine_tuned": 0.8, "difference": 0.1, "low": 0.0, "high": 0.2}
    axes = {"body_part": "hand", "classifier": CHOSEN, "recipe": "", "seed": OVER_SEEDS}
    return [
        {**axes, **numbers, "backbone": f"net{number}", "train_images": images}
        for number in range(backbones)
        for images in (50, 100)
    ]


def test_four_backbones_fit_on_one_figure_and_more_have_several():
    assert list(comparison_figures(rows_of(4), "auroc", "study")) == ["head_to_head.png"]
    assert list(comparison_figures(rows_of(5), "auroc", "study")) == [
        "head_to_head.png",
        "head_to_head_2.png",
    ]


def test_single_seeds_and_classifiers_are_not_drawn():
    seeds = [row | {"seed": 0} for row in rows_of(1)] + [
        row | {"classifier": "rbf_svm"} for row in rows_of(1)
    ]
    assert comparison_figures(seeds, "auroc", "study") == {}
