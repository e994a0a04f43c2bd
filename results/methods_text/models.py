"""Sentences on frozen networks and descriptors, and the classifiers on them."""

from collections.abc import Iterator, Sequence

from results.methods_text.cited import cite
from results.methods_text.facts import Facts, Network
from results.methods_text.words import joined, number, spoken

_CLASSIFIERS = {
    "logistic_regression": "logistic regression",
    "linear_svm": "a linear support vector machine",
    "rbf_svm": "a support vector machine with a Gaussian kernel",
    "xgboost": "gradient-boosted trees by XGBoost",
}
_DESCRIPTORS = {
    "edges": "edges",
    "hog": "histograms of oriented gradients",
    "lbp": "local binary patterns",
    "glcm": "grey-level co-occurrence matrices",
    "combined": "the features of edges, gradients, patterns and co-occurrences together",
}
_TORCHVISION = "torchvision/"
_MAJORITY = "majority"


def model_sentences(facts: Facts) -> Iterator[str]:
    """The sentences, without their full stops."""
    frozen, descriptors = facts.get("frozen", ()), facts.get("descriptors", ())
    if frozen:
        was = "network was" if len(frozen) == 1 else "networks were"
        yield (
            f"the frozen {was} {networks(frozen)}; the features are the pooled output before "
            f"{'its' if len(frozen) == 1 else 'their'} own classifier"
        )
    on_frozen = _classified("the frozen features", facts.get("classifiers", ()) if frozen else ())
    if descriptors:
        names = joined([_DESCRIPTORS.get(name, spoken(name)) for name in descriptors])
        yield f"the hand-crafted descriptors were {names}, by scikit-image {cite('skimage')}"
    on_crafted = _classified(
        "the descriptors", facts.get("descriptor_classifiers", ()) if descriptors else ()
    )
    yield from (said for said in (on_frozen, on_crafted) if said)
    if "folds" in facts and (on_frozen or on_crafted):
        yield from _search(facts)


def networks(asked: Sequence[Network]) -> str:
    """`a and b (ImageNet weights) and c (random weights), from timm (…) in PyTorch (…)`."""
    by_weights: dict[str, list[str]] = {}
    for network in asked:
        by_weights.setdefault(network["weights"], []).append(network["name"].removeprefix(_TORCHVISION))
    groups = [f"{joined(names)} ({_weights(weights)})" for weights, names in by_weights.items()]
    return f"{joined(groups)}, {_libraries(asked)}"


def _weights(weights: str) -> str:
    named = {
        "imagenet": "ImageNet weights",
        "random": "random weights",
        "bundled": "weights that ship with the benchmark, pretrained on pictures drawn by formulas",
    }
    return named.get(weights, f"weights of {weights}")


def _libraries(asked: Sequence[Network]) -> str:
    from_torchvision = [network["name"].startswith(_TORCHVISION) for network in asked]
    sources = [] if all(from_torchvision) else [f"timm {cite('timm')}"]
    sources += [f"torchvision {cite('torchvision')}"] if any(from_torchvision) else []
    return f"from {joined(sources)} in PyTorch {cite('pytorch')}"


def _classified(what: str, classifiers: Sequence[str]) -> str:
    names = [name for name in classifiers if name != _MAJORITY]
    plain = [_CLASSIFIERS.get(name, spoken(name)) for name in names if name != "xgboost"]
    said = [*plain[:-1], *(f"{name} {cite('sklearn')}" for name in plain[-1:])]
    said += [f"{_CLASSIFIERS['xgboost']} {cite('xgboost')}"] if "xgboost" in names else []
    return f"{what} were classified by {joined(said)}" if said else ""


def _search(facts: Facts) -> Iterator[str]:
    grouped = {"official": " by patient", "patient": " by patient", "image": " by image"}
    by = grouped.get(facts.get("protocol", ""), "")
    yield (
        "hyperparameters were those with the highest mean AUROC in a cross-validation within the labelled "
        f"images ({number(facts['folds'])} folds{by}, stratified by label, fewer where a class is small), "
        "and the classifier was then fitted to all labelled images"
    )
