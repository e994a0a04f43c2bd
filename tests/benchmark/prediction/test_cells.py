import pytest

from benchmark.errors import UserError
from benchmark.prediction.cells import find_model, models_of
from benchmark.store.records import Records


def test_a_model_is_found_by_the_beginning_of_its_id(kept_run):
    _, records = kept_run
    for record in models_of(records):
        assert find_model(records, record.cell[:8]).record.cell == record.cell


def test_models_are_listed_with_the_best_on_training_folds_first(kept_run):
    found = [record.selection_auroc for record in models_of(kept_run[1])]
    assert len(found) == 8
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(
    ("cell", "said"), [("", "name one of its models"), ("zz", "0 kept models begin with 'zz'")]
)
def test_a_cell_that_is_none_lists_the_models(kept_run, cell, said):
    _, records = kept_run
    with pytest.raises(UserError, match=said) as raised:
        find_model(records, cell)
    for record in models_of(records):
        assert f"{record.cell}  {record.strategy} {record.backbone} {record.classifier}" in str(raised.value)


def test_a_grid_without_models_says_how_to_keep_them(tmp_path):
    with pytest.raises(UserError, match=r"has kept no model in .* add 'keep_models: chosen'"):
        find_model(Records(tmp_path, "none"), "a")
