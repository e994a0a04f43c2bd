import importlib
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor
from pathlib import Path

import click
import pytest

from benchmark.errors import UserError

cli_main = importlib.import_module("benchmark.cli.main")  # the module; `benchmark.cli.main` is its function
COMMAND = [sys.executable, "-m", "benchmark"]


def benchmark(*arguments, **options):
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_help_imports_nothing_heavy():
    heavy = ("numpy", "pandas", "torch", "mlflow", "sklearn", "pydantic", "rich")
    code = f"import sys, benchmark.cli; sys.exit(any(m in sys.modules for m in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert "run" in benchmark("--help").stdout


def run_main(monkeypatch, capsys, error):
    """Run the command line whose command fails with this error; returns exit status and stderr."""

    def fail(**_):
        raise error

    monkeypatch.setattr(cli_main, "cli", fail)
    with pytest.raises(SystemExit) as ended:
        cli_main.main()
    return ended.value.code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(28, "No space left on device", "runs/a.npy"), "runs/a.npy: No space left on device"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (ConnectionError(), "ConnectionError"),
        (OSError("first\nsecond"), "first"),
        (UserError("grid.yaml:3: bad"), "grid.yaml:3: bad"),
        (
            ImportError("libtorch.so: failed to map segment"),
            "a library cannot be loaded: libtorch.so: failed to map segment: too little memory, or an incomplete installation",
        ),
    ],
)
def test_a_system_error_is_one_line_and_status_2(monkeypatch, capsys, caplog, error, line):
    caplog.set_level("INFO")
    assert run_main(monkeypatch, capsys, error) == (2, f"{line}\n")
    assert caplog.records[-1].exc_info[1] is error, "its traceback is in the log"


def test_the_end_of_a_file_is_not_taken_for_ctrl_c(monkeypatch, capsys):
    aborted = click.Abort()
    aborted.__cause__ = EOFError()  # as click raises it
    assert run_main(monkeypatch, capsys, aborted) == (2, "a file ended early; its place is in the log\n")


@pytest.mark.parametrize("error", [MemoryError("31 GiB"), BrokenExecutor()])
def test_too_little_memory_is_one_line_with_the_way_out(monkeypatch, capsys, error):
    status, line = run_main(monkeypatch, capsys, error)
    assert (status, line.count("\n"), "fewer --jobs" in line) == (2, 1, True)


def test_a_password_in_an_error_is_not_printed(monkeypatch, capsys):
    error = UserError("http://bob:s3cret@host cannot be used")
    assert run_main(monkeypatch, capsys, error) == (2, "http://***@host cannot be used\n")


def test_an_error_of_the_program_keeps_its_traceback(monkeypatch, caplog):
    caplog.set_level("INFO")

    def fail(**_):
        raise ZeroDivisionError

    monkeypatch.setattr(cli_main, "cli", fail)
    with pytest.raises(ZeroDivisionError):
        cli_main.main()
    assert caplog.records[-1].exc_info


def test_a_reader_that_stops_reading_is_no_error(write_grid, tmp_path):
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen(
        [*COMMAND, "plan", "--grid", str(write_grid()), "--workspace", str(tmp_path / "runs")],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(write)
    _, errors = process.communicate()
    assert process.returncode == 1
    assert errors == ""


def logs_of(workspace):
    return sorted((workspace / "small" / "logs").glob("*-run.log"))


def test_a_run_keeps_a_log_file_and_prints_lines_where_there_is_no_terminal(write_grid, tmp_path, store_in):
    grid, workspace = write_grid(), store_in(tmp_path / "runs")
    done = benchmark("run", "--grid", grid, "--workspace", workspace, "--jobs", "1", "--device", "cpu", "-v")
    assert done.returncode == 0, done.stderr
    assert "decoding images: 0/" in done.stderr
    assert "fitting classifiers: 0/4, begins" in done.stderr
    assert "fitting classifiers: 4/4, done in" in done.stderr
    assert "started: " in done.stderr
    (log,) = logs_of(workspace)
    assert "started: " in log.read_text()
    assert "0 cells failed" in log.read_text()


def test_the_traceback_of_a_one_line_error_is_in_the_log_file(write_grid, tmp_path, call):
    grid, workspace = write_grid(body_parts=["ankle"]), tmp_path / "runs"
    done = call("run", "--grid", grid, "--workspace", workspace)
    assert done.status == 2
    assert done.err.count("\n") == 1, "messages below warnings are in the file alone"
    assert "ankle" in done.err
    (log,) = logs_of(workspace)
    assert "Traceback" in log.read_text()


def test_a_plan_is_short_and_has_rows_on_request(write_grid, tmp_path, call):
    arguments = ("plan", "--grid", write_grid(), "--workspace", tmp_path / "runs")
    short, full = call(*arguments), call(*arguments, "--full")
    assert "body part" in short.out
    assert "core time" in short.out
    assert "logistic" not in short.out
    assert "logistic" in full.out


BAD_INPUT = [
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
]


@pytest.mark.parametrize("arguments", BAD_INPUT)
def test_bad_input_is_one_line_and_status_2(arguments, tmp_path, monkeypatch, call):
    monkeypatch.chdir(tmp_path)
    done = call(*arguments)
    assert done.status == 2
    assert "Traceback" not in done.err
    assert done.err.strip()
    assert done.out == ""


def test_an_array_writes_no_report(call):
    done = call("run", "--grid", "nowhere.yaml", "--executor", "array", "--report", "paper")
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert done.err.startswith("--report: an array computes nothing now")


def test_the_command_itself_says_the_same_of_bad_input(tmp_path, monkeypatch, call):
    """All of it once more in a process of its own, as a shell starts it."""
    done = benchmark(*BAD_INPUT[0], cwd=tmp_path)
    monkeypatch.chdir(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == call(*BAD_INPUT[0])


def test_a_bad_device_is_bad_input(write_grid, tmp_path, call):
    section = {"backbones": [{"name": "resnet18", "weights": "random"}], "classifiers": ["majority"]}
    grid = write_grid(feature_extraction=section)
    done = call("run", "--grid", grid, "--device", "warp", "--workspace", tmp_path / "runs")
    assert done.status == 2
    assert "warp" in done.err
    assert "Traceback" not in done.err


def predictions(workspace: Path) -> dict[str, bytes]:
    found = sorted((workspace / "small").glob("[!.]*/predictions.parquet"))
    return {path.parent.name: path.read_bytes() for path in found}


def test_killed_at_any_moment_the_same_command_ends_with_the_same_bytes(write_grid, tmp_path, store_in, call):
    grid = write_grid(
        hand_crafted={"descriptors": ["edges", "lbp"], "classifiers": ["logistic_regression", "rbf_svm"]},
    )
    arguments = ["run", "--grid", str(grid), "--jobs", "1", "--device", "cpu", "--workspace"]
    whole, killed = store_in(tmp_path / "whole"), store_in(tmp_path / "killed")
    assert call(*arguments, whole).status == 0
    finished_at_kill = []
    for moment in (1, 4):  # cells finished when the kill comes
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
    assert call(*arguments, killed).status == 0
    assert predictions(killed) == predictions(whole)
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items()), "finished cells ran again"


def test_ctrl_c_keeps_what_is_finished(write_grid, tmp_path, store_in):
    grid, workspace = write_grid(train_sizes=[40, 60, 80, "full"], seeds=list(range(8))), tmp_path / "runs"
    store_in(workspace)
    process = subprocess.Popen(
        [*COMMAND, "run", "--grid", str(grid), "--jobs", "1", "--workspace", str(workspace)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background ignore it
    )
    while process.poll() is None and not predictions(workspace):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "continues from there" in errors
    assert "Traceback" not in errors
    assert predictions(workspace)
