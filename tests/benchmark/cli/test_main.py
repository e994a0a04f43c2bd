import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "benchmark"]


def benchmark(*arguments, **options):
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_help_imports_nothing_heavy():
    heavy = ("numpy", "pandas", "torch", "mlflow", "sklearn", "pydantic", "rich")
    code = f"import sys, benchmark.cli; sys.exit(any(m in sys.modules for m in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert "run" in benchmark("--help").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--grid", "nowhere.yaml"),
        ("run", "--grid", "nowhere.yaml"),
        ("status", "--grid", "nowhere.yaml", "--json"),
        ("report", "--grid", "nowhere.yaml", "--out", "paper"),
        ("data", "verify", "nowhere"),
        ("data", "explore", "nowhere", "--out", "x"),
        ("data", "manifest", "--medmnist", "nowhere.npz", "--out", "x"),
        ("data", "phantom", "x", "--patients", "0"),
        ("ui", "--workspace", "nowhere"),
        ("run", "--grid"),
        ("weights", "fetch", "resnet5O", "--out", "x"),
        ("weights", "pretrain", "--out", "x", "--hours", "0"),
        ("weights", "pretrain", "--out", "x", "--device", "warp"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, tmp_path):
    done = benchmark(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert done.stdout == ""


def test_a_bad_device_is_bad_input(write_grid, tmp_path):
    section = {"backbones": [{"name": "resnet18", "weights": "random"}], "classifiers": ["majority"]}
    grid = write_grid(feature_extraction=section)
    done = benchmark("run", "--grid", grid, "--device", "warp", "--workspace", tmp_path / "runs")
    assert done.returncode == 2
    assert "warp" in done.stderr
    assert "Traceback" not in done.stderr


def predictions(workspace: Path) -> dict[str, bytes]:
    found = sorted((workspace / "small").glob("[!.]*/predictions.parquet"))
    return {path.parent.name: path.read_bytes() for path in found}


def test_killed_at_any_moment_the_same_command_ends_with_the_same_bytes(write_grid, tmp_path):
    grid = write_grid(
        train_sizes=[40, 60, 80, "full"],
        hand_crafted={"descriptors": ["glcm", "lbp"], "classifiers": ["logistic_regression", "rbf_svm"]},
    )
    arguments = ["run", "--grid", str(grid), "--jobs", "1", "--device", "cpu", "--workspace"]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert benchmark(*arguments, whole).returncode == 0
    finished_at_kill = []
    for moment in (1, 6):  # cells finished when the kill comes
        process = subprocess.Popen(
            [*COMMAND, *arguments, str(killed)], stderr=subprocess.DEVNULL, start_new_session=True
        )
        while process.poll() is None and len(predictions(killed)) < moment:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        finished_at_kill.append(len(predictions(killed)))
    assert finished_at_kill[0] < len(predictions(whole))
    stamps = {p: p.stat().st_mtime_ns for p in (killed / "small").glob("[!.]*/predictions.parquet")}
    assert benchmark(*arguments, killed).returncode == 0
    assert predictions(killed) == predictions(whole)
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items()), "finished cells ran again"


def test_ctrl_c_keeps_what_is_finished(write_grid, tmp_path):
    grid = write_grid(train_sizes=[40, 60, 80, "full"], seeds=list(range(8)))
    process = subprocess.Popen(
        [*COMMAND, "run", "--grid", str(grid), "--jobs", "1", "--workspace", str(tmp_path / "runs")],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background ignore it
    )
    while process.poll() is None and not predictions(tmp_path / "runs"):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "goes on from there" in errors
    assert "Traceback" not in errors
    assert predictions(tmp_path / "runs")
