import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from classifiers.selection import Candidate, auroc, best_of, make_class_folds, make_folds, until_worse


def labels_and_groups(n=200, per_group=3, seed=0):
    random = np.random.default_rng(seed)
    groups = np.arange(n) // per_group
    return random.integers(0, 2, groups.max() + 1)[groups], groups


def test_no_patient_is_on_both_sides_and_every_row_is_held_out_once():
    labels, groups = labels_and_groups()
    folds = make_folds(labels, groups, seed=1)
    assert len(folds) == 5
    for train, rows in folds:
        assert not set(groups[train]) & set(groups[rows])
        assert len(set(labels[train])) == len(set(labels[rows])) == 2
    assert sorted(np.concatenate([rows for _, rows in folds])) == list(range(len(labels)))


def test_folds_depend_on_the_seed_alone():
    labels, groups = labels_and_groups()
    one, again, other = (make_folds(labels, groups, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(one, again, strict=True))
    assert any(not np.array_equal(a[1], b[1]) for a, b in zip(one, other, strict=True))


def test_few_patients_of_a_class_mean_fewer_folds():
    labels = np.array([0] * 20 + [1] * 3)
    assert len(make_folds(labels, np.arange(23), seed=0)) == 3


def test_one_patient_of_a_class_is_too_few_and_says_so():
    with pytest.raises(ValueError, match=r"20 normal and 1 abnormal: use a larger train_size"):
        make_folds(np.array([0] * 20 + [1] * 3), np.array([*range(20), 20, 20, 20]), seed=0)


def candidates(*aurocs):
    return [Candidate({"C": number}, np.zeros(1), auroc) for number, auroc in enumerate(aurocs)]


def test_the_path_goes_on_while_level_and_stops_when_clearly_worse_twice():
    path = candidates(0.8, 0.799, 0.7995, 0.82, 0.81, 0.79, 0.9)
    assert [c.auroc for c in until_worse(path)] == [0.8, 0.799, 0.7995, 0.82, 0.81, 0.79]


def test_of_equals_the_simplest_wins():
    assert best_of(candidates(0.7, 0.8, 0.8)).parameters == {"C": 1}


def test_auroc_is_scikit_learns_with_ties_too():
    random = np.random.default_rng(0)
    labels, scores = random.integers(0, 2, 200), random.integers(0, 20, 200) / 7
    assert auroc(labels, scores) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)


def test_folds_of_several_classes_hold_each_class_and_divide_no_patient():
    strata = np.repeat([0, 1, 2], [60, 30, 10])
    groups = np.arange(100) // 2
    folds = make_class_folds(strata, groups, seed=1, n_splits=5)
    assert sorted(np.concatenate([held for _, held in folds]).tolist()) == list(range(100))
    for learnt, held in folds:
        assert not set(groups[learnt]) & set(groups[held])
        assert set(strata[learnt]) == set(strata[held]) == {0, 1, 2}


def test_rare_classes_stop_no_fold():
    strata = np.array([0] * 20 + [1] * 2 + [2])
    assert len(make_class_folds(strata, np.arange(23), seed=0, n_splits=5)) == 5
    assert len(make_class_folds(np.arange(4), np.arange(4), seed=0, n_splits=5)) == 4
    with pytest.raises(ValueError, match="needs two patients; there are 1"):
        make_class_folds(np.array([0, 1]), np.zeros(2), seed=0)
