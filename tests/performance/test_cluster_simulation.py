"""The simulation on cases whose answer is known."""

from dataclasses import replace

import pytest

from tests.performance.cluster_simulation import Cluster, Task, simulate
from tests.performance.cluster_study import Costs, Design, Study, cluster_of, stages

FREE = Cluster({"gpu": 1}, bandwidth=1e12, per_task=0.0, per_cell=0.0)
SMALL = Study(images=90_000, test=10_000, backbones=2, seeds=1)


def on(gpus, **limits):
    return replace(FREE, workers={"gpu": gpus}, **limits)


@pytest.mark.parametrize(("gpus", "seconds"), [(1, 60.0), (2, 30.0), (4, 20.0), (100, 10.0)])
def test_equal_tasks_take_their_number_over_the_workers(gpus, seconds):
    found = simulate([[Task("gpu", 0, 0, 10.0)] * 6], on(gpus))
    assert found.seconds == pytest.approx(seconds)
    assert found.work == {"gpu": 60.0}


def test_a_file_system_that_is_too_slow_halves_the_rate():
    tasks = [Task("gpu", 10.0, 100.0, 5.0)] * 2  # each asks for 10 bytes/s
    whole, half = (simulate([tasks], on(2, bandwidth=limit)) for limit in (20.0, 10.0))
    assert whole.seconds == pytest.approx(15)
    assert half.seconds == pytest.approx(25), "the reading takes twice as long, the computing does not"
    assert (half.file_system, half.at_limit) == (pytest.approx(20), pytest.approx(20))


def test_a_stream_goes_faster_once_another_has_ended():
    tasks = [Task("gpu", 10.0, 100.0, 0), Task("gpu", 20.0, 200.0, 0)]
    found = simulate([tasks], on(2, bandwidth=10.0))
    assert found.seconds == pytest.approx(30), "20 s at half the speed for both, then 10 s alone"
    assert found.at_limit == pytest.approx(30)


def test_the_scheduler_limits_short_tasks():
    found = simulate([[Task("gpu", 0, 0, 0.0)] * 100], on(64, per_task=0.1))
    assert found.seconds == pytest.approx(10)
    assert found.scheduler == pytest.approx(10)


def test_the_writer_limits_short_cells_and_holds_the_workers_back():
    tasks = [Task("gpu", 0, 0, 1.0, cells=4)] * 20
    found = simulate([tasks], on(4, per_cell=0.5))
    assert found.seconds == pytest.approx(1 + 20 * 4 * 0.5)
    assert found.writer == pytest.approx(40)


def test_a_stage_waits_for_the_one_before():
    task = Task("gpu", 0, 0, 3.0)
    assert simulate([[task], [task]], on(2)).seconds == pytest.approx(6)
    assert simulate([[task, task]], on(2)).seconds == pytest.approx(3)


def test_the_order_counts_where_the_longest_comes_last():
    tasks = [Task("gpu", 0, 0, seconds) for seconds in (1.0, 1.0, 1.0, 1.0, 4.0)]
    assert simulate([tasks], on(2)).seconds == pytest.approx(6)
    assert simulate([tasks[::-1]], on(2)).seconds == pytest.approx(4)


def test_pools_work_at_the_same_time():
    tasks = [Task("gpu", 0, 0, 3.0), Task("cpu", 0, 0, 5.0)]
    assert simulate([tasks], replace(FREE, workers={"gpu": 1, "cpu": 1})).seconds == pytest.approx(5)


def test_a_study_has_its_cells():
    assert len(Study().subsets()) == 50 * 8 * 4 * 5
    cells = sum(task.cells for tasks in stages(SMALL, Costs(), Design()) for task in tasks)
    frozen, tuned = 2 * 8 * (3 * 4 + 3), 2 * 8 * 4
    assert cells == frozen + tuned, "no RBF SVM on more than 10,000 rows"


@pytest.mark.parametrize(
    ("name", "bandwidth"),
    [("shards", 2e8), ("decoding", 2e8), ("longest_first", 2e8), ("at_once", 2e8), ("cached", 1e8)],
)
def test_each_change_of_the_design_helps_and_changes_no_work(name, bandwidth):
    costs = Costs(shard=1_000, decode=0.1)
    cluster = cluster_of(4, costs, bandwidth=bandwidth, per_task=0.01, cells_per_second=50)
    before, after = (
        simulate(stages(SMALL, costs, design), cluster) for design in (Design(), Design(**{name: True}))
    )
    assert after.seconds < before.seconds
    assert sum(after.work.values()) == pytest.approx(sum(before.work.values()))


def test_the_same_study_takes_the_same_time():
    costs = Costs()
    cluster = cluster_of(8, costs, bandwidth=5e9, per_task=0.01, cells_per_second=50)
    first, second = (simulate(stages(SMALL, costs, Design()), cluster) for _ in range(2))
    assert first == second
