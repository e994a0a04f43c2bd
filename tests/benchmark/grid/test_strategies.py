from benchmark.grid.schema import Grid
from benchmark.grid.strategies import STRATEGIES, sections
from results.labels import look_of


def test_every_strategy_is_complete():
    assert set(sections()) == {"feature_extraction", "hand_crafted", "adaptation", "fine_tuning"}
    assert all(set(strategy.against) <= set(sections()) for strategy in STRATEGIES.values())
    looks = [(s.look.color, s.look.marker, str(s.look.line)) for s in STRATEGIES.values()]
    assert all(look_of(name) == strategy.look for name, strategy in STRATEGIES.items())
    assert len(set(looks)) == len(looks)
    assert {name for name, strategy in STRATEGIES.items() if strategy.needs_embedding} == {
        "feature_extraction",
        "hand_crafted",
    }


def test_a_grid_has_one_key_per_strategy_in_the_order_of_the_registry():
    assert [name for name in Grid.model_fields if name in STRATEGIES] == list(sections())
