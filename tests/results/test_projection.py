"""Embeddings on two axes: against a full decomposition, in blocks, and what is refused."""

import numpy as np
import pytest

from results import projection
from results.projection import PCA, UMAP, project


@pytest.fixture
def features():
    """300 rows of 20 features on different scales, most of whose variance lies on two axes; one is constant."""
    random = np.random.default_rng(0)
    hidden = random.normal(size=(300, 2)) * [3, 2]
    values = hidden @ random.normal(size=(2, 20)) + random.normal(size=(300, 20))
    values = values * 10.0 ** np.arange(-3, 17) / 1e6
    values[:, 7] = 4.0
    return values.astype(np.float32)


def test_points_are_the_first_two_principal_components_of_the_standardised_features(features):
    found = project(features, np.arange(300))
    spread = features.std(axis=0, dtype=np.float64)
    standardised = (features - features.mean(axis=0, dtype=np.float64)) / np.where(spread == 0, 1, spread)
    left, singular, _ = np.linalg.svd(standardised, full_matrices=False)
    expected = left[:, :2] * singular[:2]
    signs = np.sign((expected * found.points).sum(axis=0))
    np.testing.assert_allclose(found.points, expected * signs, atol=0.02)
    assert found.explained == pytest.approx(singular[:2] ** 2 / (singular**2).sum(), rel=1e-3)
    assert found.axes[0] == f"component 1 ({found.explained[0]:.0%} of the variance)"


def test_only_the_asked_rows_count_and_in_their_order(features):
    rows = np.array([5, 2, 250, 17, 100, 33])
    found = project(features, rows).points
    np.testing.assert_allclose(found, project(features[rows], np.arange(6)).points, atol=1e-5)


def test_more_rows_than_are_fitted_are_projected_all(features, monkeypatch):
    monkeypatch.setattr(projection, "_FITTED", 100)
    monkeypatch.setattr(projection, "_BLOCK", 64)
    some = project(features, np.arange(300))
    monkeypatch.undo()
    every = project(features, np.arange(300))
    assert some.points.shape == (300, 2)
    for axis in (0, 1):
        assert abs(np.corrcoef(some.points[:, axis], every.points[:, axis])[0, 1]) > 0.95
    again = project(features, np.arange(300))
    np.testing.assert_array_equal(every.points, again.points)


@pytest.mark.parametrize(
    "values", [np.ones((5, 1)), np.ones((1, 9)), np.ones((30, 4))], ids=["one feature", "one row", "constant"]
)
def test_an_embedding_without_two_components_is_refused(values):
    with pytest.raises(ValueError, match="has no 2 components"):
        project(values, np.arange(len(values)))


def test_other_projections_are_refused(features, monkeypatch):
    with pytest.raises(ValueError, match="no projection 'tsne'; there are pca, umap"):
        project(features, np.arange(9), "tsne")
    monkeypatch.setattr(projection, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="install the extra 'umap'"):
        project(features, np.arange(9), UMAP)
    assert len(project(features, np.arange(9), PCA).points) == 9


@pytest.mark.slow  # UMAP is compiled when it is first called
def test_umap_puts_two_groups_apart():
    pytest.importorskip("umap", exc_type=ImportError)
    random = np.random.default_rng(0)
    values = random.normal(size=(200, 30)) + np.repeat([[0.0], [8.0]], 100, axis=0)
    found = project(values, np.arange(200), UMAP)
    first, second = found.points[:100], found.points[100:]
    apart = np.linalg.norm(first.mean(axis=0) - second.mean(axis=0))
    assert apart > first.std(axis=0).max() + second.std(axis=0).max()
    assert found.explained == ()
