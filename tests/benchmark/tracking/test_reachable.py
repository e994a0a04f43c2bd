"""A store that does not answer is known in seconds, in one line without passwords."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from benchmark.errors import UserError
from benchmark.tracking import reachable
from benchmark.tracking.reachable import check_reachable


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def silent():
    """A port that takes connections and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.fixture
def closed():
    """A port that refuses connections."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_never_answers(silent, monkeypatch, scheme):
    monkeypatch.setattr(reachable, "_SECONDS", 0.3)
    started = time.monotonic()
    with pytest.raises(UserError, match=r"http.*://\*\*\*@127.0.0.1:\d+ cannot be reached: no answer within"):
        check_reachable(f"{scheme}://bob:s3cret@127.0.0.1:{silent}")
    assert time.monotonic() - started < 5


def test_a_server_that_is_not_there(closed):
    with pytest.raises(UserError, match=r"cannot be reached: Connection refused$"):
        check_reachable(f"http://127.0.0.1:{closed}")


@pytest.mark.parametrize(
    "uri", ["http://a b", "http://[::1", "https://", "postgresql://u:s3cret@127.0.0.1:1/x"]
)
def test_an_address_that_leads_nowhere_is_one_line(uri):
    with pytest.raises(UserError, match="cannot be reached") as refused:
        check_reachable(uri)
    assert "\n" not in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("status", [200, 401, 404, 503])
def test_any_answer_will_do(status):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    check_reachable(f"http://127.0.0.1:{server.server_port}/mlflow?x=1")
    thread.join()
    server.server_close()


def test_other_stores_are_mlflows_to_judge():
    for uri in ("databricks", "databricks://profile", "foo:bar"):
        check_reachable(uri)
