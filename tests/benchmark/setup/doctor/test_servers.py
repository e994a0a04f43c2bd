import socket

import pytest

from benchmark.setup.doctor import servers
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Surroundings
from benchmark.setup.doctor.servers import cluster, tracking
from benchmark.store.workspace import Workspace


@pytest.fixture
def port():
    """A port at which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return port


def test_a_store_in_the_workspace_is_always_there(tmp_path):
    assert [f.state for f in tracking(Surroundings(Workspace(tmp_path)))] == [OK]


def test_a_store_that_does_not_answer_is_a_problem_without_its_password(tmp_path, closed_port):
    place = Workspace(tmp_path, f"http://me:secret@127.0.0.1:{closed_port}")
    (found,) = tracking(Surroundings(place))
    assert found.state == PROBLEM
    assert "secret" not in found.what


def test_a_scheduler_answers_or_not(tmp_path, port, closed_port):
    def state(address):
        (found,) = cluster(Surroundings(Workspace(tmp_path), scheduler=address))
        return found.state

    assert state(f"tcp://127.0.0.1:{port}") == OK
    assert state(f"127.0.0.1:{port}") == OK
    assert state(f"tcp://127.0.0.1:{closed_port}") == PROBLEM


@pytest.mark.parametrize("address", ["host:abc", "tcp://host:99999", "host", "tcp://:8786", "tcp://[::1"])
def test_a_mistyped_address_of_a_scheduler_is_one_finding(tmp_path, address):
    (found,) = cluster(Surroundings(Workspace(tmp_path), scheduler=address))
    assert found.state == PROBLEM
    assert f"{address} is not of the form tcp://HOST:PORT" in found.what
    assert "correct the address" in found.do


@pytest.mark.parametrize(("sbatch", "extra", "state"), [(None, None, OK), ("x", None, NOTE), ("x", "y", OK)])
def test_slurm_needs_the_extra(tmp_path, monkeypatch, sbatch, extra, state):
    monkeypatch.setattr(servers.shutil, "which", lambda name: sbatch)
    monkeypatch.setattr(servers, "find_spec", lambda name: extra)
    (found,) = cluster(Surroundings(Workspace(tmp_path)))
    assert found.state == state
