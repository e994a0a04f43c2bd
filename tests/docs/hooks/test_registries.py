"""The page of registries has every entry."""

from benchmark.datasets.kinds import DATASET_KINDS
from classifiers.catalogue import CLASSIFIERS
from docs.hooks.registries import classifiers, dataset_kinds, descriptors, metrics
from extractors.descriptors import descriptors as known
from results.metrics import METRICS


def test_every_entry_has_a_row():
    for page, names in (
        (metrics(), METRICS),
        (classifiers(), CLASSIFIERS),
        (descriptors(), known()),
        (dataset_kinds(), DATASET_KINDS),
    ):
        rows = [line.split(" | ")[0] for line in page.splitlines()[2:]]
        assert rows == [f"| <code>{name}</code>" for name in names]


def test_a_metric_says_what_is_better():
    rows = {line.split("<code>")[1].split("<")[0]: line for line in metrics().splitlines()[2:]}
    assert "| 0 … 1 | lower |" in rows["brier"]
    assert "| −∞ … ∞ | at 1 |" in rows["calibration_slope"]
    assert rows["cohens_kappa"].endswith("| −1 … 1 | higher | 0 | 0.5 and chosen |")
