"""A package of another author, with an entry of each kind: no file of ours changes for it."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest
import yaml

from tests.installed import environment, install

HERE = Path(__file__).parent / "example_package"
NETWORK = "example/tiny"
SCRIPT = """
import sys
from benchmark.cli import main
for command in sys.argv[1:]:
    print("$", command, flush=True)
    sys.argv = ["benchmark", *command.split(), "--grid", "grid.yaml", "--workspace", "runs"]
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
"""
PLAN, RUN, DONE, COMPARE, REPORT = (
    "plan",
    "run --jobs 1 --device cpu",
    "plan --json",
    "compare",
    "report --out paper --jobs 1",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    project = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
    folder = tmp_path_factory.mktemp("site")
    module = "benchmark_example.py"
    install(folder, project["name"], project["entry-points"], {module: (HERE / module).read_text()})
    return folder


@pytest.fixture(scope="module")
def ran(site, phantom, tmp_path_factory):
    """The folder of a grid that uses every entry, and what the commands printed."""
    folder = tmp_path_factory.mktemp("example")
    content = {
        "name": "example",
        "dataset": {"kind": "tree", "root": str(phantom)},
        "train_sizes": [40],
        "image": {"size": 32},
        "feature_extraction": {"backbones": [NETWORK], "classifiers": ["nearest_centroid"]},
        "hand_crafted": {"descriptors": ["brightness"], "classifiers": ["nearest_centroid"]},
        "fine_tuning": {"backbones": [NETWORK], "recipe": {"epochs": 1}},
        "darkness": {"sides": ["whole", "left"]},
        "controls": ["body_part"],
        "exclude": [{"strategy": "darkness", "backbone": "left"}],
        "evaluation": {"resamples": 100, "primary": "surprise"},
    }
    (folder / "grid.yaml").write_text(yaml.safe_dump(content))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, PLAN, RUN, DONE, COMPARE, REPORT],
        cwd=folder,
        env=environment(site) | {"COLUMNS": "250"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    printed = dict(part.split("\n", 1) for part in done.stdout.split("$ ")[1:])
    return folder, printed


def test_the_plan_and_the_records_know_every_entry(ran):
    folder, printed = ran
    assert all(name in printed[PLAN] for name in ("darkness", NETWORK, "brightness"))
    planned = [row for row in json.loads(printed[DONE]) if row["status"] != "left_out"]
    assert {row["status"] for row in planned} == {"done"}
    assert {(row["strategy"], row["backbone"], row["classifier"]) for row in planned} == {
        ("feature_extraction", NETWORK, "nearest_centroid"),
        ("hand_crafted", "brightness", "nearest_centroid"),
        ("fine_tuning", NETWORK, "end_to_end"),
        ("darkness", "whole", "mean_grey"),
        ("no_image", "body_part", "logistic_regression"),
    }
    for row in planned:
        record = json.loads((folder / "runs" / "example" / row["cell"] / "result.json").read_text())
        assert record["dataset"] == "tree"
        assert record["metrics"]["study"]["surprise"]["value"] > 0


def test_run_and_compare_judge_by_the_new_metric(ran):
    _, printed = ran
    assert "study surprise on valid" in printed[RUN]
    assert "study surprise, fine-tuned minus frozen: verdict" in printed[COMPARE]
    assert "chosen: nearest_centroid" in printed[COMPARE]


def test_the_report_names_entries_by_their_labels(ran):
    folder, printed = ran
    paper = folder / "paper"
    main = (paper / "tables" / "main.md").read_text()
    assert "surprise (nats) per study" in main
    assert "nearest centroid" in main
    assert "darkness" in main
    differences = pd.read_csv(paper / "tables" / "differences.csv")
    assert "darkness − fine-tuned" in set(differences["comparison"])
    assert {"surprise"} <= set(pd.read_csv(paper / "metrics.csv")["metric"])
    page = (paper / "report.html").read_text()
    assert "surprise (nats)" in page
