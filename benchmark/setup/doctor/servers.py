"""Check whether MLflow's store and a cluster's scheduler can be reached, each within seconds."""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from urllib.parse import urlsplit

from benchmark.errors import UserError
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Finding, Surroundings
from benchmark.tracking.reachable import check_reachable
from extractors.sources.connection import is_reachable


def tracking(around: Surroundings) -> Iterator[Finding]:
    """Whether MLflow's store answers."""
    if not around.workspace.tracking_uri:
        yield Finding("tracking", OK, "MLflow writes into SQLite in the workspace")
        return
    try:
        check_reachable(around.workspace.tracking_uri)
    except UserError as error:
        yield Finding(
            "tracking",
            PROBLEM,
            str(error),
            "a run computes everything, and logs nothing",
            "start the server, or name another --tracking-uri; 'benchmark track' logs the results later",
        )
    else:
        yield Finding("tracking", OK, f"MLflow's store answers: {around.workspace.shown_uri}")


def cluster(around: Surroundings) -> Iterator[Finding]:
    """Whether the named Dask scheduler answers, and whether SLURM is here."""
    if around.scheduler:
        address = around.scheduler if "://" in around.scheduler else f"tcp://{around.scheduler}"
        if not _is_complete(address):
            yield Finding(
                "cluster",
                PROBLEM,
                f"the Dask scheduler's address {around.scheduler} is not of the form tcp://HOST:PORT",
                "run --executor dask would refuse it",
                "correct the address (tcp://HOST:8786)",
            )
        elif is_reachable(address):
            yield Finding("cluster", OK, "the Dask scheduler answers")
        else:
            yield Finding(
                "cluster",
                PROBLEM,
                f"nothing answers at the Dask scheduler's address {around.scheduler}",
                "run --executor dask would wait for it in vain",
                "start it with 'dask scheduler', or correct the address (tcp://HOST:8786)",
            )
        return
    if shutil.which("sbatch") is None:
        yield Finding("cluster", OK, "no cluster was named, and SLURM is not here")
    elif find_spec("dask_jobqueue") is None:
        yield Finding(
            "cluster",
            NOTE,
            "SLURM is here, and the extra 'cluster' is not installed",
            "run --executor slurm needs it",
            "pip install 'benchmark[cluster]'",
        )
    else:
        yield Finding("cluster", OK, "SLURM is here (run --executor slurm, docs/cluster.md)")


def _is_complete(address: str) -> bool:
    """Whether an address names a host and a port of 1 to 65535."""
    try:
        found = urlsplit(address)
        return bool(found.hostname and found.port)
    except ValueError:  # a port that is no number or too large, or a bracket too many
        return False
