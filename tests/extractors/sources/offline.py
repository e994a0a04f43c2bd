"""No network: what opens a connection or asks for an address fails the test."""

import socket

import pytest


@pytest.fixture
def no_sockets(monkeypatch):
    def refuse(*arguments, **_):
        raise AssertionError(f"a connection was opened: {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
