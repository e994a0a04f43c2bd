"""The pages with the learning curves are kept in tags that MLflow takes, and found again."""

import json

from benchmark.tracking.curve_pages import curve_pages, page_tags
from benchmark.tracking.mlflow_experiment import Experiment
from benchmark.tracking.mlflow_names import LONGEST_TAG


def test_many_pages_go_into_several_tags_and_none_is_lost(tmp_path):
    pages = {f"part {n}": f"#/experiments/1/runs?{'x' * 900}{n}" for n in range(12)}
    tags = page_tags(pages)
    assert len(tags) > 1
    assert max(map(len, tags.values())) <= LONGEST_TAG
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    Experiment(uri, "g", tmp_path / "artifacts").tag(tags)
    assert curve_pages(uri) == [
        ("g", part, pages[part]) for tag in sorted(tags) for part in json.loads(tags[tag])
    ]
