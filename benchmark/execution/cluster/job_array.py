"""A SLURM job array whose jobs share the cells of a grid by leases: for sites that allow nothing else."""

import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmark.execution.cluster.opened import ExecutorSettings

_WORKERS = 8

_SCRIPT = """\
#!/bin/bash
# The jobs share one workspace on a folder that all machines see. Each takes cells that no other job computes.
# Jobs that end early or are killed lose nothing: submit the script again. Then: {track}
#SBATCH --job-name={name}
#SBATCH --array=0-{last}
#SBATCH --cpus-per-task=4
#SBATCH --output={name}-%A_%a.log{partition}
export OMP_WAIT_POLICY=passive
{run}
"""


def job_array(
    grid_file: Path, workspace: Path, settings: ExecutorSettings, options: Sequence[str] = ()
) -> str:
    """The text of the script, whose jobs run with these further options.

    Options of `sbatch` on the command line take precedence over those in it.
    """
    places = ["--grid", str(grid_file), "--workspace", str(workspace)]
    command = [sys.executable, "-m", "benchmark"]
    return _SCRIPT.format(
        name=f"benchmark-{re.sub('[^A-Za-z0-9_.]+', '-', grid_file.stem)}",
        last=(settings.workers or _WORKERS) - 1,
        partition=f"\n#SBATCH --partition={settings.partition}" if settings.partition else "",
        run=shlex.join([*command, "run", *places, *options, "--no-track"]),
        track=shlex.join(["benchmark", "track", *places]),
    )
