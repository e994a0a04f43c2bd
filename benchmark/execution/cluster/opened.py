"""Open the executor that a run asks for: local processes, a Dask cluster, or workers in SLURM jobs."""

import gc
import logging
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from benchmark.errors import UserError, reason
from benchmark.execution.executors import Executor, LocalExecutor, Share, visible_gpus

if TYPE_CHECKING:
    from distributed import Client

Kind = Literal["local", "dask", "slurm", "array"]
_JOBS = 8  # SLURM jobs at most where --workers does not say
_FIRST_WORKER = 120  # seconds for the first worker to come
_PATIENCE = 10  # seconds, for a scheduler to answer
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExecutorSettings:
    """Where cells are computed; not a part of a cell's identity.

    `scheduler` is the address of a Dask scheduler; without it, workers are started on this machine. `workers`
    is the largest number of them; `partition` is SLURM's. `gpu_processes` compute on each GPU side by side.
    """

    kind: Kind = "local"
    scheduler: str = ""
    workers: int | None = None
    partition: str = ""
    gpu_processes: int = 1

    def check(self) -> None:
        """Raise UserError for settings that do not go together."""
        if self.scheduler and self.kind != "dask":
            raise UserError(f"--scheduler belongs to --executor dask, not to {self.kind}")
        if self.partition and self.kind not in ("slurm", "array"):
            raise UserError(f"--partition belongs to --executor slurm or array, not to {self.kind}")
        if self.workers and (self.kind == "local" or self.scheduler):
            raise UserError(
                "--workers is the number of workers that a run starts; of local processes it is --jobs, and a"
                " running cluster has its own"
            )
        if self.gpu_processes > 1 and self.kind not in ("local", "array"):
            raise UserError(f"--gpu-processes belongs to --executor local or array, not to {self.kind}")


LOCAL = ExecutorSettings()


@contextmanager
def executor_of(settings: ExecutorSettings, share: Share, device: str) -> Iterator[Executor]:
    """The executor, closed after the block. Raises UserError for a cluster that cannot be had."""
    if settings.kind == "local":
        gpus = visible_gpus(device)
        if settings.gpu_processes > 1 and not gpus:
            raise UserError(
                f"--gpu-processes {settings.gpu_processes}: --device {device} names no GPU to share here;"
                " use --device cuda where there is a GPU (CUDA_VISIBLE_DEVICES says which), or leave it out"
            )
        yield LocalExecutor(share, gpus * settings.gpu_processes)
        return
    try:
        from benchmark.execution.cluster.dask_executor import DaskExecutor
    except ImportError as error:
        raise UserError(
            f"--executor {settings.kind} needs the extra 'cluster' ({reason(error)}):"
            " pip install 'benchmark[cluster]'"
        ) from None
    with ExitStack() as stack:
        client = stack.enter_context(_client(settings, share, device))
        _log.info("Dask's dashboard: %s", client.dashboard_link)
        _wait_for_a_worker(client, settings)
        grows = (settings.workers or _JOBS) if settings.kind == "slurm" else 0
        yield DaskExecutor(client, most_workers=grows)


def _wait_for_a_worker(client: "Client", settings: ExecutorSettings) -> None:
    """The first worker: of SLURM when its queue lets it begin, of another cluster soon."""
    if settings.kind == "slurm":
        _log.warning("waiting for the first SLURM job (squeue shows the queue)")
    try:
        client.wait_for_workers(1, timeout=None if settings.kind == "slurm" else _FIRST_WORKER)
    except TimeoutError:
        raise UserError(
            f"the scheduler {settings.scheduler} has no worker; start some: dask worker {settings.scheduler}"
            " --nthreads 1"
        ) from None


def _connected(scheduler: str) -> "Client":
    """The client of a scheduler that somebody else started."""
    from distributed import Client

    try:
        return Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except (OSError, TypeError, ValueError) as error:  # TypeError: tls:// without its files
        why = reason(error)
    # Outside of the handler nothing holds the client that could not connect. It must be collected here and
    # now: closing it takes a lock of Dask's event loops, on which a later client could wait in vain.
    gc.collect()
    raise UserError(
        f"--scheduler: no Dask scheduler answers at {scheduler} ({why}); start one with 'dask scheduler'"
    )


@contextmanager
def _client(settings: ExecutorSettings, share: Share, device: str) -> Iterator["Client"]:
    from distributed import Client

    from benchmark.execution.cluster.on_worker import EndWithParent

    if settings.scheduler:
        client = _connected(settings.scheduler)
        with client:
            yield client
        return
    with _cluster(settings, share, device) as cluster, Client(cluster, set_as_default=False) as client:
        if settings.kind == "dask":
            client.register_plugin(EndWithParent())
        yield client


def _cluster(settings: ExecutorSettings, share: Share, device: str) -> Any:
    if settings.kind == "slurm":
        return slurm_cluster(settings)
    from distributed import Nanny, Scheduler, SpecCluster

    own = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    quiet = {"nthreads": 1, "memory_limit": None, "silence_logs": logging.CRITICAL}  # limits as of processes
    workers = _local_workers(settings.workers or share.jobs, device)
    return SpecCluster(
        scheduler={"cls": Scheduler, "options": {**own, "port": 0}},
        workers={
            number: {"cls": Nanny, "options": {**own, **quiet, **one}} for number, one in enumerate(workers)
        },
        silence_logs=logging.CRITICAL,
    )


def _local_workers(count: int, device: str) -> list[dict[str, Any]]:
    """What tells the workers of this machine apart: each GPU belongs to one of them, which sees no other."""
    gpus = visible_gpus(device)
    if not gpus and device.startswith("cuda:"):  # one device by its number
        return [{"resources": {"GPU": 1}}, *({} for _ in range(count - 1))]
    with_gpu = [{"resources": {"GPU": 1}, "env": {"CUDA_VISIBLE_DEVICES": gpu}} for gpu in gpus]
    return [*with_gpu, *({} for _ in range(count - len(with_gpu)))]


def slurm_cluster(settings: ExecutorSettings) -> Any:
    """Workers in jobs of SLURM, as many as there is work for (`dask_jobqueue.SLURMCluster`).

    Cores, memory, account and wall time of a job are those of dask-jobqueue's configuration. Raises UserError
    where it has none.
    """
    import dask
    from dask_jobqueue.slurm import SLURMCluster

    if shutil.which("sbatch") is None:
        raise UserError(
            "--executor slurm: this machine has no command 'sbatch'; run it where jobs are submitted"
        )
    missing = [key for key in ("cores", "memory") if not dask.config.get(f"jobqueue.slurm.{key}", None)]
    if missing:
        raise UserError(
            f"--executor slurm: name {' and '.join(missing)} of a job under jobqueue: slurm: in"
            " ~/.config/dask/jobqueue.yaml (docs/cluster.md)"
        )
    given = dask.config.get("jobqueue.slurm.scheduler-options", None) or {}
    cluster = SLURMCluster(
        queue=settings.partition or None,
        scheduler_options={"dashboard_address": "127.0.0.1:0"} | given,
    )
    cluster.adapt(minimum=1, maximum=settings.workers or _JOBS)
    return cluster
