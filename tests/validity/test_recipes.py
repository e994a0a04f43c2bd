"""The measured recipes are those that a grid would run, and their page is what the rows say."""

import pandas as pd
import pytest

from tests.validity.recipes import MEASURED, PAGE, Cell, cells, page_of


def test_the_page_is_what_the_rows_say():
    assert PAGE.read_text() == page_of(pd.read_csv(MEASURED))


def test_a_cell_is_the_preset_with_its_epochs_and_rate():
    recipe = Cell("pneumonia", 100, 0, "60 epochs", 3e-3).settings()
    (stage,) = recipe.each_stage()
    assert (stage.epochs, recipe.rates(), stage.min_updates) == (60, [3e-3], 0)
    assert stage.backbone_learning_rate == pytest.approx(9e-4)
    stages = Cell("pneumonia", 100, 0, "probe_then_tune", 1e-4).settings().each_stage()
    assert [(stage.trainable, stage.min_updates) for stage in stages] == [("head", 0), ("all", 0)]


def test_no_cell_is_listed_twice():
    listed = list(cells())
    assert len(set(listed)) == len(listed)
