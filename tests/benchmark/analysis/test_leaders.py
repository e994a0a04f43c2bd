"""Which cells stand for their strategy."""

from benchmark.analysis.leaders import leaders


def test_the_leaders_are_one_cell_per_strategy_of_the_first_seed(findings):
    evaluated = findings.evaluated
    found = leaders(evaluated, evaluated.largest["elbow"])
    assert [record.strategy for record in found] == ["feature_extraction", "hand_crafted", "fine_tuning"]
    for record in found:
        assert (record.seed, record.body_part, record.train_size) == (0, "elbow", "full")
        assert record.classifier != "majority"
        rivals = [
            other.selection_auroc
            for other in evaluated.by_setting[evaluated.largest["elbow"]]
            if other.seed == 0 and other.strategy == record.strategy
        ]
        assert record.selection_auroc == max(rivals)
