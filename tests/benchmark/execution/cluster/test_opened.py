"""Opening the executor that a run asks for."""

import gc
import sys

import pytest

from benchmark.errors import UserError
from benchmark.execution.cluster import opened
from benchmark.execution.cluster.opened import LOCAL, ExecutorSettings, executor_of
from benchmark.execution.executors import LocalExecutor, Share


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (ExecutorSettings("local", scheduler="tcp://a:1"), "--scheduler belongs to --executor dask"),
        (ExecutorSettings("dask", partition="gpu"), "--partition belongs to"),
        (ExecutorSettings("local", workers=3), "--workers is the number"),
        (ExecutorSettings("dask", gpu_processes=2), "--gpu-processes belongs to"),
        (ExecutorSettings("dask", scheduler="tcp://a:1", workers=3), "--workers is the number"),
    ],
)
def test_settings_that_do_not_go_together_are_one_line(settings, message):
    with pytest.raises(UserError, match=message) as raised:
        settings.check()
    assert "\n" not in str(raised.value)


def test_the_default_is_this_machine():
    LOCAL.check()
    with executor_of(LOCAL, Share(2, 1), "cpu") as executor:
        assert executor == LocalExecutor(Share(2, 1))


def test_processes_share_each_gpu(monkeypatch):
    settings = ExecutorSettings(gpu_processes=2)
    settings.check()
    with (
        pytest.raises(UserError, match="--gpu-processes 2: --device cpu names no GPU"),
        executor_of(settings, Share(1, 1), "cpu"),
    ):
        pass
    monkeypatch.setattr(opened, "visible_gpus", lambda device: ("0", "3"))
    with executor_of(settings, Share(1, 1), "cuda") as executor:
        assert executor == LocalExecutor(Share(1, 1), ("0", "3", "0", "3"))


def test_without_the_extra_the_way_out_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "benchmark.execution.cluster.dask_executor", raising=False)
    with (
        pytest.raises(UserError, match=r"needs the extra 'cluster'.*pip install"),
        executor_of(ExecutorSettings("dask"), Share(1, 1), "cpu"),
    ):
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://", "a b"])
def test_a_scheduler_that_does_not_answer_is_one_line(address, monkeypatch):
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    monkeypatch.setattr("benchmark.execution.cluster.opened._PATIENCE", 1)
    with (
        pytest.raises(UserError, match="no Dask scheduler answers at") as raised,
        executor_of(ExecutorSettings("dask", scheduler=address), Share(1, 1), "cpu"),
    ):
        pass
    assert "\n" not in str(raised.value)


def test_a_client_that_could_not_connect_is_gone(monkeypatch):
    """Collected later, in the thread of another client's event loop, it would keep that client from starting."""
    distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    monkeypatch.setattr("benchmark.execution.cluster.opened._PATIENCE", 1)
    with pytest.raises(UserError), executor_of(ExecutorSettings("dask", scheduler="a b"), Share(1, 1), "cpu"):
        pass
    assert not [one for one in gc.get_objects() if type(one) is distributed.Client]


def test_slurm_without_its_settings_names_the_file(monkeypatch):
    pytest.importorskip("dask_jobqueue", reason="needs the extra 'cluster'")
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    with (
        pytest.raises(UserError, match=r"cores and memory.*jobqueue\.yaml"),
        executor_of(ExecutorSettings("slurm", partition="gpu"), Share(1, 1), "cpu"),
    ):
        pass


def test_slurm_where_no_job_can_be_submitted_is_one_line(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with (
        pytest.raises(UserError, match="no command 'sbatch'"),
        executor_of(ExecutorSettings("slurm"), Share(1, 1), "cpu"),
    ):
        pass


@pytest.mark.parametrize(
    ("gpus", "device", "expected"),
    [
        ((), "cpu", [{}, {}]),
        ((), "cuda:1", [{"resources": {"GPU": 1}}, {}]),
        (
            ("0", "3"),
            "auto",
            [
                {"resources": {"GPU": 1}, "env": {"CUDA_VISIBLE_DEVICES": "0"}},
                {"resources": {"GPU": 1}, "env": {"CUDA_VISIBLE_DEVICES": "3"}},
            ],
        ),
    ],
)
def test_each_gpu_belongs_to_one_worker(monkeypatch, gpus, device, expected):
    monkeypatch.setattr(opened, "visible_gpus", lambda device: gpus)
    assert opened._local_workers(2, device) == expected


def test_the_script_of_a_slurm_worker_asks_for_the_partition(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    pytest.importorskip("dask_jobqueue", reason="needs the extra 'cluster'")
    import dask

    from benchmark.execution.cluster.opened import slurm_cluster

    with (
        dask.config.set({"jobqueue.slurm.cores": 4, "jobqueue.slurm.memory": "16GB"}),
        slurm_cluster(ExecutorSettings("slurm", partition="gpu", workers=3)) as cluster,
    ):
        script = cluster.job_script()
    assert "#SBATCH -p gpu" in script
    assert "#SBATCH --cpus-per-task=4" in script
    assert "--nthreads 4" in script or "--nworkers" in script
