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
PLAN, RUN, DONE, COMPARE = "plan", "run --jobs 1 --device cpu", "plan --json", "compare --full"
REPORT = "report --out paper --jobs 1"


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
    return folder, commands(site, folder, PLAN, RUN, DONE, COMPARE)


def commands(site, folder, *asked):
    """Run commands in one process, in which the package is installed; what each printed."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *asked],
        cwd=folder,
        env=environment(site) | {"COLUMNS": "250"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(part.split("\n", 1) for part in done.stdout.split("$ ")[1:])


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


def test_compare_judges_by_the_new_metric(ran):
    _, printed = ran
    assert "study surprise, fine-tuned minus frozen: verdict" in printed[COMPARE]
    assert "chosen: nearest_centroid" in printed[COMPARE]


@pytest.mark.slow
def test_the_report_names_entries_by_their_labels(ran, site):
    folder, _ = ran
    commands(site, folder, REPORT)
    tables = folder / "paper" / "tables"
    assert "Surprise (nats) per study" in (tables / "main.md").read_text()
    scores = (tables / "body_part_all.md").read_text()
    assert "nearest centroid" in scores
    assert "darkness" in scores
    differences = (tables / "differences.md").read_text()
    assert "darkness (A) − fine-tuned (B)" in differences
    assert "surprise" in set(pd.read_csv(folder / "paper" / "metrics.csv")["metric"])
    assert "surprise (nats)" in (folder / "paper" / "report.html").read_text()
    assert (folder / "paper" / "figures" / "darkness_minus_fine_tuned.pdf").is_file()


def test_the_keys_of_a_new_section_are_checked(site, tmp_path):
    code = "from benchmark.grid.schema import Grid; Grid.model_validate({'darkness': {'side': []}})"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(site), stderr=subprocess.PIPE, text=True
    )
    assert "unknown key; did you mean 'sides'" in done.stderr


def test_the_module_of_the_package_may_be_imported_first(site):
    """As its own tests do: the registries that load it must not find it half imported."""
    code = (
        "import benchmark_example; from benchmark.grid.strategies import STRATEGIES; STRATEGIES['darkness']"
    )
    subprocess.run([sys.executable, "-c", code], env=environment(site), check=True)
