import numpy as np
import pytest

from results.rank_stability import mean_ranks, over_data_sets, over_patients


def test_equal_values_share_their_rank_and_blocks_are_averaged():
    values = np.array([[0.9, 0.8, 0.7], [0.6, 0.8, 0.8]])
    assert mean_ranks(values).tolist() == [2.0, 1.75, 2.25]
    assert np.isnan(mean_ranks(np.array([[0.9, np.nan]]))).all()


def test_a_rank_that_no_resampling_changes_has_no_spread_and_one_that_does_has():
    random = np.random.default_rng(0)
    values = np.array([[0.9, 0.5, 0.501]])
    drawn = values + random.normal(0, 0.01, (400, 1, 3))
    found = over_patients(values, drawn, 0.95)
    assert found.loc[0].tolist() == [1.0, 1.0, 1.0, 1.0]
    assert found.loc[1, ["rank", "low", "high"]].tolist() == [3.0, 2.0, 3.0]
    assert found["first"].sum() == pytest.approx(1)


def test_the_share_of_first_places_is_that_of_the_resamplings():
    drawn = np.array([[[1.0, 0.0]], [[1.0, 0.0]], [[0.0, 1.0]], [[0.5, 0.5]]])
    assert over_patients(drawn[0], drawn, 0.5)["first"].tolist() == [0.625, 0.375]


def test_undefined_resamplings_are_left_out_and_with_most_undefined_there_is_no_interval():
    drawn = np.array([[[1.0, 0.0]]] * 3 + [[[np.nan, 0.0]]])
    assert over_patients(drawn[0], drawn, 0.5)["first"].tolist() == [1.0, 0.0]
    drawn[1:] = np.nan
    assert np.isnan(over_patients(drawn[0], drawn, 0.5)["low"]).all()


NONE = np.full((5, 1, 2), np.nan)  # ranks of resampled patients, which many data sets do not need


def test_over_data_sets_the_spread_is_that_of_the_data_sets():
    same = over_data_sets(np.array([[1.0, 2.0]] * 5), NONE, 0.95)
    assert same[["low", "high", "first"]].values.tolist() == [[1, 1, 1], [2, 2, 0]]
    turned = over_data_sets(np.array([[1.0, 2.0]] * 3 + [[2.0, 1.0]] * 2), NONE, 0.95)
    assert turned["rank"].tolist() == pytest.approx([1.4, 1.6])
    assert turned.loc[0, ["low", "high"]].tolist() == pytest.approx([1, 1.8])
    # two of five are the majority of five draws with this probability
    assert turned.loc[1, "first"] == pytest.approx(0.317, abs=0.03)


def test_over_few_data_sets_the_spread_is_that_of_their_patients():
    drawn = np.array([[[1.0, 2.0], [2.0, 1.0]], [[1.0, 2.0], [1.0, 2.0]]])
    found = over_data_sets(np.array([[1.0, 2.0]] * 2), drawn, 0.5)
    assert found["first"].tolist() == [0.75, 0.25]
    assert found["rank"].tolist() == [1, 2]
