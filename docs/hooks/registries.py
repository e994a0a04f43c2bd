"""What a grid may name, from the registries: metrics, classifiers, descriptors and kinds of data sets."""

from inspect import getdoc

from docs.hooks.tables import cell, code, table


def metrics() -> str:
    """A row for each metric."""
    from results.metrics import METRICS

    rows = [
        (
            code(metric.name),
            cell(metric.label),
            _span(metric.limits),
            _aim(metric.target, metric.higher_is_better),
            "" if metric.chance is None else f"{metric.chance:g}",
            "0.5 and chosen" if metric.thresholded else "none",
        )
        for metric in METRICS.values()
    ]
    return table(("name", "metric", "from … to", "better", "by chance", "threshold"), rows)


def _span(limits: tuple[float, float]) -> str:
    low, high = (f"{limit:g}".replace("inf", "∞").replace("-", "−") for limit in limits)
    return f"{low} … {high}"


def _aim(target: float | None, higher: bool) -> str:
    return f"at {target:g}" if target is not None else "higher" if higher else "lower"


def classifiers() -> str:
    """A row for each classifier, with the sentence of the methods section."""
    from classifiers.catalogue import CLASSIFIERS

    rows = [(code(one.name), cell(one.label), cell(one.method)) for one in CLASSIFIERS.values()]
    return table(("name", "classifier", "how it is fitted"), rows)


def descriptors() -> str:
    """A row for each descriptor."""
    from extractors.descriptors import descriptors as known

    rows = [
        (code(one.name), cell(one.label), cell(one.library or " + ".join(one.parts)))
        for one in known().values()
    ]
    return table(("name", "descriptor", "computed by"), rows)


def dataset_kinds() -> str:
    """A row for each kind of data set, with its keys."""
    from benchmark.datasets.kinds import DATASET_KINDS

    rows = [
        (
            code(kind.name),
            cell((getdoc(kind.model) or "").split("\n")[0]),
            ", ".join(code(key) for key in kind.model.model_fields if key != "kind"),
        )
        for kind in DATASET_KINDS.values()
    ]
    return table(("kind", "", "keys"), rows)
