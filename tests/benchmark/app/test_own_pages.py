import asyncio

import pytest

from benchmark.app.own_pages import POLICY, OwnPages
from benchmark.store.addresses import LOOPBACK


async def inner(scope, receive, send):
    """An application that says yes to everything."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"yes"})
    else:
        await send({"type": "websocket.accept"})


def asked(headers, hosts=LOOPBACK, kind="http"):
    """What the application behind the middleware answers to a request with these headers."""
    sent = []

    async def receive():
        return {"type": "websocket.connect" if kind == "websocket" else "http.request"}

    async def send(message):
        sent.append(message)

    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "method": "GET", "path": "/", "headers": encoded}
    asyncio.run(OwnPages(inner, hosts)(scope, receive, send))
    return sent[0]


OWN = [
    {"host": "127.0.0.1:8501"},
    {"host": "localhost:8501", "origin": "http://localhost:8501"},
    {"host": "[::1]:8501", "origin": "http://[::1]:8501"},
]
FOREIGN = [
    {"host": "127.0.0.1:8501", "origin": "http://evil.example"},
    {"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:9999"},
    {"host": "127.0.0.1:8501", "origin": "null"},
    {"host": "evil.example:8501", "origin": "http://evil.example:8501"},
    {"host": "evil.example"},
    {"host": "[", "origin": "http://["},
    {},
]


@pytest.mark.parametrize("headers", OWN)
@pytest.mark.parametrize(
    ("kind", "answer"), [("http", "http.response.start"), ("websocket", "websocket.accept")]
)
def test_the_page_itself_is_served(headers, kind, answer):
    found = asked(headers, kind=kind)
    assert found["type"] == answer
    assert found.get("status", 200) == 200


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_request_of_another_sites_page_is_refused(headers):
    assert asked(headers)["status"] == 403
    refused = asked(headers, kind="websocket")
    assert (refused["type"], refused["code"]) == ("websocket.close", 1008)


def test_beyond_loopback_every_name_of_this_machine_is_served_and_no_other_origin():
    assert asked({"host": "box:8501", "origin": "http://box:8501"}, hosts=())["status"] == 200
    assert asked({"host": "box:8501", "origin": "http://evil.example"}, hosts=())["status"] == 403


def test_the_page_may_use_this_server_alone():
    headers = dict(asked(OWN[0])["headers"])
    assert headers[b"content-security-policy"].decode() == POLICY
    assert "http" not in POLICY
    assert "*" not in POLICY
