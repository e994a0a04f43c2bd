import socket
from threading import Event
from time import perf_counter

import pytest

from extractors.sources import connection
from extractors.sources.connection import is_reachable


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setattr(connection, "getproxies", dict)


@pytest.fixture
def server():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_server_that_listens_is_reachable(server):
    assert is_reachable(f"http://127.0.0.1:{server}/file")


def test_a_closed_port_is_not():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert not is_reachable(f"https://127.0.0.1:{port}")


def test_a_search_for_an_address_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(connection, "_SECONDS", 0.2)
    found = Event()

    def hangs(*_, **__):
        found.wait(20)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", hangs)
    began = perf_counter()
    assert not is_reachable("https://somewhere.invalid")
    assert perf_counter() - began < 10
    found.set()


def test_a_proxy_is_asked_instead(monkeypatch, server):
    monkeypatch.setattr(connection, "getproxies", lambda: {"https": f"http://127.0.0.1:{server}"})
    monkeypatch.setattr(connection, "proxy_bypass", lambda host: False)
    assert is_reachable("https://somewhere.invalid")
