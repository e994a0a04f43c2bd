"""The pages of the UI with the learning curves of a grid, kept as tags of its experiment."""

import json
import warnings
from collections.abc import Mapping

from benchmark.tracking.mlflow_names import LONGEST_TAG

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mlflow import MlflowClient

_PAGES = "learning_curves"  # tag of the experiment: the URL of each body part's learning curves, as JSON


def curve_pages(uri: str) -> list[tuple[str, str, str]]:
    """(grid, body part, URL fragment of the UI) of all learning curves in a store."""
    experiments = MlflowClient(tracking_uri=uri).search_experiments()
    return [
        (experiment.name, part, address)
        for experiment in experiments
        for tag, pages in sorted(experiment.tags.items())
        if tag.startswith(_PAGES)
        for part, address in json.loads(pages).items()
    ]


def page_tags(pages: Mapping[str, str]) -> dict[str, str]:
    """The pages as JSON objects in as many tags as the length of a tag asks for."""
    groups: list[dict[str, str]] = [{}]
    for part, address in pages.items():
        if groups[-1] and len(json.dumps(groups[-1] | {part: address})) > LONGEST_TAG:
            groups.append({})
        groups[-1][part] = address
    return {f"{_PAGES}.{n}" if n else _PAGES: json.dumps(group) for n, group in enumerate(groups)}
