import numpy as np

from results.comparison import compare


def test_methods_of_two_exports_are_paired_by_patient(opened):
    """The same draws in both: else the difference would have nearly the sum of both variances."""
    home, rival = opened[0].cells, opened[1].cells
    setting = next(iter(home.by_setting))
    sides = []
    for cells in (home, rival):
        side = next(s for m, s in cells.chosen[setting].items() if m.strategy == "feature_extraction")
        sides.append(cells.by_seed(side))
    error = compare(*sides, None).estimate.test_sd
    alone = [np.std(side[0].drawn) for side in sides]
    assert error < 0.8 * np.hypot(*alone)


def test_scores_are_those_of_each_export_alone(opened, board):
    home = opened[0].cells
    setting = next(s for s in home.by_setting if (s.body_part, s.train_size) == ("wrist", 400))
    for method, side in home.chosen[setting].items():
        scores = board.data_sets[0].scores
        row = scores[
            (scores["export"] == "home")
            & (scores["method"] == method.name)
            & (scores["body_part"] == "wrist")
            & (scores["train_size"] == 400)
        ].iloc[0]
        assert {name: row[name] for name in ("value", "low", "high")} == home.interval(home.over_seeds(side))
