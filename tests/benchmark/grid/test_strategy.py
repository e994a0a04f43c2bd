"""The entry of a strategy in the registry: what another package may leave out."""

from benchmark.grid.image_free import NoImage
from benchmark.grid.strategy import Method, Strategy
from results.labels import Look


def test_a_strategy_is_called_by_its_look_and_needs_little():
    strategy = Strategy("mine", look=Look("my own", "#000000", "+", "--"), runner=print, versions={"mine": 1})
    assert strategy.label == "my own"
    assert strategy.section is None, "only controls use it"
    assert strategy.methods(None) == []
    assert (strategy.needs_embedding, strategy.against, strategy.chosen_over) == (False, (), ())


def test_methods_share_no_recipes():
    first, second = (Method("mine", NoImage(name), ("majority",)) for name in "ab")
    assert first.recipes == {}
    assert first.recipes is not second.recipes
