from benchmark.execution.chosen import chosen_on_training_folds
from tests.benchmark.recorded import finished


def cells_of(records):
    return [record.cell for record in chosen_on_training_folds(records)]


def test_the_folds_choose_per_strategy_size_and_seed():
    records = [
        finished(cell="a", selection_auroc=0.8),
        finished(cell="b", selection_auroc=0.9),
        finished(cell="c", seed=1, selection_auroc=0.7),
    ]
    assert cells_of(records) == ["b", "c"]


def test_cells_of_controls_are_never_chosen():
    assert cells_of([finished(cell="a"), finished(cell="b", control="leaky_split", selection_auroc=0.9)]) == [
        "a"
    ]


def test_the_majority_is_chosen_only_where_it_is_alone():
    majority = finished(cell="a", classifier="majority", selection_auroc=0.5)
    unlucky = finished(cell="b", selection_auroc=0.4)
    assert cells_of([majority, unlucky]) == ["b"]
    assert cells_of([majority]) == ["a"]
