"""The simulated patients are what they are said to be, and the study's numbers those that the project gives."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from results.evaluation import evaluate, unit_table
from results.metric_lookup import limits
from results.uncertainty import Resampled, fewest_patients, patient_weights
from tests.validity.crossovers import PLANTED, SIZES, _world, differences_of
from tests.validity.intervals import Quantity, bca, percentile, standard_error
from tests.validity.resampling import RESAMPLES, metrics_of, names_of, values_of, without_each
from tests.validity.simulation import VIEWS, World, draw, generator, shared_noise
from tests.validity.worlds import METRICS, MURA, THRESHOLD, WORLDS, _population_values


@pytest.fixture(scope="module", params=list(WORLDS))
def world(request):
    return WORLDS[request.param]


@pytest.fixture(scope="module")
def many(world):
    return draw(world, 40_000, generator("many"))


def test_patients_have_the_studies_and_studies_the_views_that_were_asked_for(world, many):
    studies = np.bincount(np.bincount(many.patient), minlength=5)[1:] / 40_000
    assert studies == pytest.approx(world.studies, abs=0.01)
    views = np.bincount(np.bincount(many.study), minlength=6)[1:] / len(many.label)
    assert views == pytest.approx(VIEWS, abs=0.01)
    assert world.patients(1200) * world.studies_per_patient == pytest.approx(1200, abs=2)


def test_labels_have_the_prevalence_and_correlate_within_patients(world, many):
    first = np.flatnonzero(np.diff(many.patient, prepend=-1))
    two = first[:-1][np.diff(first) == 2]
    labels = many.label[two], many.label[two + 1]
    shift = world.more_when_ill * (2 - world.studies_per_patient)
    quantile = norm.isf(world.prevalence) - shift
    both = multivariate_normal(cov=[[1, world.label_correlation], [world.label_correlation, 1]]).cdf(
        [-quantile] * 2
    )
    assert np.mean(labels) == pytest.approx(norm.sf(quantile), abs=0.015)
    assert np.mean(labels[0] & labels[1]) == pytest.approx(both, abs=0.015)


def test_scores_have_the_variances_and_correlations_that_were_asked_for(world, many):
    normal = many.label[many.study] == 0
    scores = many.scores[:, normal]
    assert scores.mean(axis=1) == pytest.approx(world.intercept, abs=0.05)
    assert scores.var(axis=1) == pytest.approx(sum(world.noise), rel=0.05)
    assert np.corrcoef(scores)[np.triu_indices(3, 1)] == pytest.approx(0.5, abs=0.03)
    last = np.flatnonzero(np.diff(many.study) == 0)
    last = last[normal[last]]
    within = np.corrcoef(many.scores[0, last], many.scores[0, last + 1])[0, 1]
    assert within == pytest.approx(sum(world.noise[:2]) / sum(world.noise), abs=0.03)


def test_the_true_auroc_is_the_one_known_in_closed_form(monkeypatch):
    """Equal severity and views without noise: two normals, whose means differ by the separation."""
    monkeypatch.setattr("tests.validity.simulation.SEVERITY", (1, 1))
    world = World(MURA, np.array([1.5]), np.ones((1, 1)), 0.0, noise=(0.5, 0.3, 0.0))
    values = _population_values(world, ("auroc",), generator("closed form"))
    assert values[0, 0] == pytest.approx(norm.cdf(1.5 / np.sqrt(2 * 0.8)), abs=0.002)


def test_the_study_s_numbers_are_the_project_s(world):
    sample = draw(world, 60, generator("one"))
    evaluated = evaluate(sample.frame(1), threshold=THRESHOLD)["metrics"]["study"]
    table = unit_table(sample.frame(1), "study")
    probabilities = sample.probabilities()
    assert np.array_equal(table["probability"], probabilities[1])
    assert np.array_equal(table["label"], sample.label)
    weights = patient_weights(table["patient"].to_numpy(dtype=object), RESAMPLES)
    values = values_of(METRICS, sample.label, probabilities)
    drawn = metrics_of(METRICS, sample.label, probabilities, weights)
    fewest = fewest_patients(names_of(sample), sample.label)
    for m, metric in enumerate(METRICS):
        cell = Resampled(values[1, m], drawn[1, m], fewest)
        low, high = standard_error(Quantity((cell,), limits(metric)))
        assert evaluated[metric] == {"value": values[1, m], "low": low, "high": high}


def test_the_jackknife_leaves_out_one_patient(world):
    sample = draw(world, 30, generator("two"))
    left_out = metrics_of(METRICS, sample.label, sample.probabilities(), without_each(sample))
    keep = sample.patient != 7
    assert left_out.shape == (3, len(METRICS), 30)
    assert left_out[:, :, 7] == pytest.approx(
        values_of(METRICS, sample.label[keep], sample.probabilities()[:, keep])
    )


def test_bca_of_a_symmetrical_mean_is_nearly_the_percentile_interval():
    values = np.linspace(-1, 1, 101)
    patients = np.array([f"p{i:03d}" for i in range(101)])
    drawn = values @ patient_weights(patients, 20_000) / 101
    left_out = np.array([np.delete(values, i).mean() for i in range(101)])
    asked = Quantity((Resampled(0.0, drawn, 101),), None, left_out)
    assert bca(asked) == pytest.approx(percentile(asked), abs=0.01)


def test_equal_classifiers_have_equal_true_values():
    world = WORLDS["as MURA"]
    values = _population_values(world, METRICS, generator("equal"))
    assert values[0] == pytest.approx(values[2], abs=0.005)
    assert (values[1] > values[0] + 0.02).all()


@pytest.mark.parametrize("name", PLANTED)
def test_curves_cross_where_it_was_planted(name):
    world, (planted, _) = _world(), PLANTED[name]
    differences = differences_of(name, world.separations)
    assert np.interp(np.log(planted), np.log(SIZES), differences) == pytest.approx(
        0 if planted <= SIZES[-1] else differences[-1], abs=1e-12
    )
    assert (np.diff(differences) > 0).all()
    assert (differences[-1] > 0) == (planted < SIZES[-1])


def test_loadings_of_shared_noise():
    loadings = shared_noise(3, 0.3)
    assert loadings @ loadings.T == pytest.approx(0.3 + 0.7 * np.eye(3))
