"""Sentences on metrics, intervals, comparisons and controls, and on the software."""

from collections.abc import Iterator

from results.methods_text.cited import cite
from results.methods_text.facts import Facts
from results.methods_text.words import counted, joined, percent, spoken
from results.names import BODY_PART, LEAKY_SPLIT, MAJORITY_CONTROL, RANDOM_WEIGHTS, SHUFFLED_LABELS

_METRICS = {
    "auroc": "the area under the ROC curve (AUROC)",
    "cohens_kappa": "Cohen's kappa",
    "f1": "the F1 score",
    "mcc": "Matthews' correlation coefficient",
    "brier": "the Brier score",
    "ece": "the expected calibration error",
}
_UNITS = {"study": "per study, whose probability is the mean of its views'", "image": "per image"}
_CONTROLS = {
    SHUFFLED_LABELS: "labels that were shuffled over the studies before training and testing",
    RANDOM_WEIGHTS: "networks with random weights",
    MAJORITY_CONTROL: "the share of positives alone",
    BODY_PART: "the body part as the only predictor",
    LEAKY_SPLIT: "a split by image, which lets patients leak",
}
_CHOSEN = "_at_chosen"
_PACKAGES = {"python": "Python", "numpy": "NumPy", "scipy": "SciPy", "torch": "PyTorch", "xgboost": "XGBoost"}
_RECORDER = "mlflow"


def statistics_sentences(facts: Facts) -> Iterator[str]:
    """The sentences, without their full stops."""
    yield from _primary(facts)
    yield from _intervals(facts)
    yield from _comparisons(facts)
    yield from _over_sizes(facts)
    yield from _other_tests(facts)
    controls = [_CONTROLS[name] for name in facts.get("controls", ())]
    if controls:
        yield f"the {'control was' if len(controls) == 1 else 'controls were'} {joined(controls)}"


def software_sentences(facts: Facts) -> Iterator[str]:
    """On what it ran, and with which versions."""
    devices, versions = facts.get("devices", ()), dict(facts.get("versions", {}))
    recorder = versions.pop(_RECORDER, "")
    said = [f"{_PACKAGES.get(name, name)} {version}" for name, version in versions.items()]
    if devices or said:
        where = f" on {joined(devices)}" if devices else ""
        yield f"everything was computed{where}" + (f" with {joined(said)}" if said else "")
    if recorder:
        yield f"results were recorded with MLflow {recorder} {cite('mlflow')}"


def _primary(facts: Facts) -> Iterator[str]:
    if "primary" not in facts:
        return
    base = facts["primary"].removesuffix(_CHOSEN)
    name = _METRICS.get(base, spoken(base))
    if base != facts["primary"]:
        name += " at a threshold chosen on training images"
    unit = f" {_UNITS[facts['unit']]}" if "unit" in facts else ""
    yield f"the primary metric was {name}{unit}"


def _intervals(facts: Facts) -> Iterator[str]:
    if not {"confidence", "resamples"} <= facts.keys():
        return
    size, draws = (
        percent(facts["confidence"]),
        f"{counted(facts['resamples'], 'resampling')} of the test patients",
    )
    yield (
        f"{size} intervals are Student's t times the standard error from {draws} with replacement "
        f"{cite('bootstrap')}, on the log-odds scale between a metric's limits, and on the plain scale "
        "for differences"
    )
    if len(facts.get("seeds", ())) > 1:
        yield "a mean over seeds was resampled as that mean"


def _comparisons(facts: Facts) -> Iterator[str]:
    count = facts.get("comparisons", 0)
    if not count:
        return
    yield "methods were compared on the same resamplings, so that differences are paired by patient"
    if count > 1:
        family = f" ({facts['family']})" if "family" in facts else ""
        by_holm = f"by Holm's method {cite('holm', 'statsmodels')}"
        yield f"p-values were adjusted over the family of {count:,} comparisons{family} {by_holm}"


def _over_sizes(facts: Facts) -> Iterator[str]:
    if facts.get("crossover"):
        yield (
            "the crossover size is the number of labelled images from which on fine-tuning is ahead at every "
            "measured size, interpolated over its logarithm; its interval holds the crossovers of the same "
            "resamplings, those beyond the data included"
        )
    if facts.get("curve_fits"):
        yield (
            f"power laws with an asymptote were fitted to learning curves {cite('power_law')}; what they say "
            "beyond the measured sizes is extrapolated"
        )


def _other_tests(facts: Facts) -> Iterator[str]:
    tests = facts.get("tests", ())
    beside = [f"DeLong's test of AUROCs {cite('delong')}"] if "delong" in tests else []
    beside += [f"McNemar's test of errors {cite('mcnemar', 'statsmodels')}"] if "mcnemar" in tests else []
    if beside:
        take = "takes" if len(beside) == 1 else "take"
        unit = {"study": "studies", "image": "images"}.get(facts.get("unit", ""), "studies or images")
        yield f"for comparison we give {joined(beside)}, which {take} {unit} for independent of one another"
    if "critical_difference" in tests:
        works = cite("demsar", "posthocs")
        yield (
            f"methods were ranked over blocks of backbone and body part, and their average ranks compared by "
            f"Friedman's and Nemenyi's tests {works}; the blocks share patients, so that these p-values tend "
            "to be too small"
        )
