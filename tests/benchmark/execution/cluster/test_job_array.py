"""The SLURM job array that `--executor array` prints."""

import shlex
import subprocess
from pathlib import Path

from benchmark.execution.cluster.job_array import job_array
from benchmark.execution.cluster.opened import ExecutorSettings


def script(name="grid.yaml", **settings):
    return job_array(Path("/data") / name, Path("/shared/my runs"), ExecutorSettings("array", **settings))


def test_the_jobs_run_the_grid_and_leave_mlflow_to_one_process():
    lines = script(workers=64, partition="cpu").splitlines()
    assert lines[0] == "#!/bin/bash"
    assert "#SBATCH --array=0-63" in lines
    assert "#SBATCH --partition=cpu" in lines
    command = shlex.split(lines[-1])
    assert command[1:4] == ["-m", "benchmark", "run"]
    assert command[-5:] == ["--grid", "/data/grid.yaml", "--workspace", "/shared/my runs", "--no-track"]
    assert "benchmark track --grid /data/grid.yaml --workspace '/shared/my runs'" in script()


def test_other_options_of_the_run_are_those_of_each_job():
    text = job_array(
        Path("/data/grid.yaml"),
        Path("/runs"),
        ExecutorSettings("array"),
        ["--device", "cuda", "--skip-unreadable"],
    )
    assert "--device cuda --skip-unreadable --no-track" in text


def test_any_name_of_a_grid_gives_a_script_that_bash_accepts():
    for name in ("knee (L).yaml", "a'b.yaml", "$x `y`.yaml", "é;rm -rf.yaml"):
        text = script(name)
        subprocess.run(["bash", "-n"], input=text, text=True, check=True)
        assert "\n" not in "".join(
            line for line in text.splitlines() if line.startswith("#SBATCH --job-name") and "\n" in line
        )
        (job_name,) = [line for line in text.splitlines() if line.startswith("#SBATCH --job-name")]
        assert set(job_name.partition("=")[2]) <= set(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
        )
