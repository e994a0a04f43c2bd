import os
import signal
import subprocess
import sys
from shutil import copytree

import psutil
import pytest

from benchmark.app.server import COVERAGE, GRID, WORKSPACE
from benchmark.store.records import MODEL, MODEL_INDEX
from benchmark.store.workspace import Workspace
from tests.benchmark.app.test_server import answers
from tests.servers import alive, free_port, is_free, kill, listening, wait_until


@pytest.fixture
def workspace(small_run, tmp_path):
    """A workspace whose one grid holds a model, as far as the command looks; pages read models, it does not."""
    folder = tmp_path / "runs"
    copytree(small_run.workspace.folder / "small", folder / "small")
    records = Workspace(folder).records("small")
    model = records.cell_folder(next(records.all()).cell) / MODEL
    model.mkdir()
    (model / MODEL_INDEX).write_text("{}")
    return Workspace(folder)


@pytest.fixture
def asked(monkeypatch):
    """How the server was asked for; none is started."""
    found = []

    def serve(command, environment):
        found.append((command, environment))
        return 0

    monkeypatch.setattr("benchmark.cli.app.serve_until_stopped", serve)
    return found


def test_by_default_only_this_machine_is_served(workspace, asked, call):
    done = call("app", "--workspace", workspace.folder)
    assert done.status == 0
    assert "1 kept model. Not a medical device. The page: http://127.0.0.1:8501" in done.out
    assert done.err == ""
    ((command, environment),) = asked
    assert command[-3:] == ["benchmark.app.server", "127.0.0.1", "8501"]
    assert environment == {WORKSPACE: str(workspace.folder), GRID: "", COVERAGE: "0.9"}


def test_beyond_this_machine_it_warns(workspace, asked, call):
    done = call("app", "--workspace", workspace.folder, "--host", "0.0.0.0", "--port", "80")
    assert "anyone who reaches 0.0.0.0:80 can upload and read there" in done.err
    assert asked[0][0][-2:] == ["0.0.0.0", "80"]


def test_a_grid_alone(workspace, asked, call, write_grid):
    assert call("app", "--workspace", workspace.folder, "--grid", write_grid(name="small")).status == 0
    assert call("app", "--workspace", workspace.folder, "--grid", "small", "--coverage", 0.8).status == 0
    assert [environment[GRID] for _, environment in asked] == ["small", "small"]
    assert asked[1][1][COVERAGE] == "0.8"
    done = call("app", "--workspace", workspace.folder, "--grid", write_grid(name="other"))
    assert done.status == 2
    assert "holds no model of the grid 'other'" in done.err


def test_without_a_model_or_the_extra_it_is_a_line(tmp_path, workspace, asked, call, monkeypatch):
    done = call("app", "--workspace", tmp_path)
    assert (done.status, "set 'keep_models: chosen'" in done.err) == (2, True)
    monkeypatch.setattr("benchmark.cli.app.find_spec", lambda name: None)
    done = call("app", "--workspace", workspace.folder)
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "pip install 'benchmark[app]'" in done.err
    assert asked == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_the_server_is_of_this_machine_alone_and_ends_with_its_command(workspace, number, status):
    port = free_port()
    command = [sys.executable, "-m", "benchmark", "app", "--workspace", str(workspace.folder)]
    process = subprocess.Popen([*command, "--port", str(port)], start_new_session=True)
    server = []
    try:
        assert wait_until(lambda: answers(port))
        server = psutil.Process(process.pid).children(recursive=True)
        assert len(server) == 2, "the one server, and what watches over it"
        assert listening(server) == {("127.0.0.1", port)}
        os.kill(process.pid, number)
        assert process.wait(60) == status
        assert wait_until(lambda: not alive(server), 10)
        assert is_free(port)
    finally:
        kill(process)
        for each in alive(server):
            each.kill()
