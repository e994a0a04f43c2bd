"""The figures of a study in the order of the page, each made or with the reason why not."""

from dataclasses import replace

import pandas as pd

from benchmark.reporting.figures import planned_figures


def test_names_are_unique_and_every_figure_is_made_or_has_a_reason(findings):
    planned = list(planned_figures(findings))
    names = [figure.name for figure in planned]
    assert len(set(names)) == len(names)
    assert names[:2] == ["answer", "learning_curves"]
    for figure in planned:
        assert (figure.figure is None) == bool(figure.reason), figure.name
        assert figure.caption


def test_overviews_come_before_the_predictions_of_single_cells(findings):
    names = [figure.name for figure in planned_figures(findings)]
    assert names.index("data_set") < names.index("roc_all")


def test_a_figure_that_cannot_be_made_leaves_the_others(findings):
    planned = {f.name: f for f in planned_figures(replace(findings, crossovers=pd.DataFrame()))}
    assert "two training sizes" in planned["crossover_sizes"].reason
    assert planned["learning_curves"].figure is not None
