"""`benchmark plan` answers soon: it draws nothing and imports no library that it does not need."""

import gc
import json
import subprocess
import sys

from click.testing import CliRunner

from benchmark.cli.main import cli
from benchmark.cli.plan import show_plan
from benchmark.store.workspace import Workspace

SLOW = ("torch", "mlflow", "matplotlib", "sklearn", "docx", "statsmodels", "scipy")
GRID = """\
name: g
dataset: {kind: phantom, patients: 60}
body_parts: [all, elbow]
feature_extraction: {backbones: [bundled], classifiers: [majority, logistic_regression]}
"""


def test_a_plan_draws_nothing_and_imports_no_slow_library(tmp_path):
    (tmp_path / "g.yaml").write_text(GRID)
    code = (
        "import sys; from benchmark.cli.main import main; sys.argv[1:] = ['plan', '--grid', 'g.yaml']; main()\n"
        f"print('SLOW', [name for name in {SLOW} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "never run" in done.stdout
    expected = "[]" if sys.platform == "linux" and "cuda" not in done.stdout else "['torch']"
    assert done.stdout.endswith(f"SLOW {expected}\n")
    assert not (tmp_path / "runs").exists()


def test_garbage_is_collected_again_after_a_plan(tmp_path):
    (tmp_path / "g.yaml").write_text(GRID)
    for grid in ("g.yaml", "missing.yaml"):
        CliRunner().invoke(
            cli, ["plan", "--grid", str(tmp_path / grid), "--workspace", str(tmp_path / "runs")]
        )
        assert gc.isenabled(), grid


def test_json_has_a_row_per_cell(tmp_path, capsys):
    (tmp_path / "g.yaml").write_text(GRID)
    show_plan(tmp_path / "g.yaml", Workspace(tmp_path / "runs"), as_json=True)
    rows = json.loads(capsys.readouterr().out)
    assert [(row["body_part"], row["classifier"], row["status"]) for row in rows] == [
        (part, classifier, "missing")
        for part in ("all", "elbow")
        for classifier in ("majority", "logistic_regression")
    ]
