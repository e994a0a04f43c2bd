"""The server as a user starts it, with real requests; what it writes to disk and to its log."""

import http.client
import os
import subprocess
import sys
from io import BytesIO

import numpy as np
import psutil
import pytest
from PIL import Image
from streamlit import config

from benchmark.app.own_pages import POLICY
from benchmark.app.server import settings
from benchmark.app.uploads import MOST_MEGABYTES
from tests.servers import free_port, kill, wait_until

ROLLED = "an upload went to a temporary file"
TELL_OF_TEMPORARY_FILES = f"""
import sys, tempfile
rollover = tempfile.SpooledTemporaryFile.rollover
def told(self):
    sys.stderr.write("{ROLLED}\\n")
    rollover(self)
tempfile.SpooledTemporaryFile.rollover = told
"""


def answer(port, method="GET", path="/_stcore/health", headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers=headers or {})
        found = connection.getresponse()
        return found.status, found.getheader("content-security-policy"), found.read()
    finally:
        connection.close()


def answers(port):
    try:
        return answer(port)[0] == 200
    except OSError:
        return False


def test_every_setting_is_one_of_streamlits():
    known = config.get_config_options()
    for name, value in settings("127.0.0.1", 8501).items():
        assert name in known
        assert isinstance(value, known[name].type)


def test_nothing_is_told_to_anyone_and_only_this_machine_is_served():
    found = settings("127.0.0.1", 8501)
    assert (found["server.address"], found["server.port"]) == ("127.0.0.1", 8501)
    assert found["browser.gatherUsageStats"] is False
    assert found["server.maxUploadSize"] == MOST_MEGABYTES
    assert found["client.showErrorDetails"] == "none"


@pytest.fixture(scope="module")
def served(kept_workspace, tmp_path_factory):
    """A running server: its port, and its working folder and home, with its log."""
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    (folder / "sitecustomize.py").write_text(TELL_OF_TEMPORARY_FILES)
    command = [sys.executable, "-m", "benchmark", "app", "--workspace", str(kept_workspace.folder)]
    environment = {**psutil.Process().environ(), "HOME": str(folder)}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), environment.get("PYTHONPATH")]))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
        )
    try:
        assert wait_until(lambda: answers(port)), (folder / "log").read_text()
        yield port, folder
    finally:
        process.terminate()
        process.wait(60)
        kill(process)


def written(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.slow
def test_requests_of_other_sites_are_refused(served):
    port = served[0]
    assert answer(port)[:2] == (200, POLICY)
    assert answer(port, headers={"Origin": "http://evil.example"})[0] == 403
    assert answer(port, headers={"Host": "evil.example"})[0] == 403
    assert answer(port, "PUT", "/_stcore/upload_file/x/y")[0] == 403, "no token against forged requests"


@pytest.mark.slow
def test_a_judged_upload_leaves_nothing_on_disk_and_in_no_log(served, browser, tmp_path):
    port, folder = served
    noise = np.random.default_rng(0).integers(0, 256, (1600, 1600), dtype=np.uint8)
    buffer = BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    secret = tmp_path / "Jane Doe 1970.png"
    secret.write_bytes(buffer.getvalue())
    assert len(buffer.getvalue()) > 2**21, "more than Starlette's form parser keeps in memory by default"
    before = written(folder)
    browser.open(f"http://127.0.0.1:{port}/")
    browser.wait_for("!!document.querySelector('input[type=file]')")
    browser.choose_files("input[type=file]", [secret])
    browser.wait_for("!!document.querySelector('.bm-verdict')")
    browser.open("about:blank")
    assert written(folder) == before
    log = (folder / "log").read_text()
    assert ROLLED not in log
    assert "Jane" not in log
    assert "Traceback" not in log


@pytest.mark.slow
def test_a_port_that_is_taken_is_said(served, kept_workspace):
    port = served[0]
    command = [sys.executable, "-m", "benchmark.app.server", "127.0.0.1", str(port)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert found.returncode != 0
    assert str(port) in found.stdout + found.stderr
