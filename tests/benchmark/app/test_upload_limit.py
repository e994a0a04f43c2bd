import asyncio

import pytest

from benchmark.app.upload_limit import MOST_BYTES, PATH, UploadLimit
from benchmark.app.uploads import MOST_MEGABYTES

LARGEST = MOST_MEGABYTES * 2**20


async def receive():
    return {"type": "http.request", "body": b"", "more_body": False}


def request(method="PUT", path=PATH + "session/file"):
    return {"type": "http", "method": method, "path": path, "headers": []}


async def statuses(limit, requests):
    """The statuses of requests that arrive at the same time."""
    sent = []

    async def send(message):
        if message["type"] == "http.response.start":
            sent.append(message["status"])

    await asyncio.gather(*(limit(one, receive, send) for one in requests))
    return sorted(sent)


async def slow(scope, receive, send):
    await asyncio.sleep(0.01)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def test_uploads_are_taken_while_the_largest_would_still_fit():
    room = UploadLimit(slow, held=lambda: MOST_BYTES - LARGEST)
    assert asyncio.run(statuses(room, [request()])) == [204]
    full = UploadLimit(slow, held=lambda: MOST_BYTES - LARGEST + 1)
    assert asyncio.run(statuses(full, [request()])) == [413]


def test_those_that_arrive_at_the_same_time_count():
    limit = UploadLimit(slow, held=lambda: 0, most=2 * LARGEST)
    assert asyncio.run(statuses(limit, [request()] * 3)) == [204, 204, 413]
    assert asyncio.run(statuses(limit, [request()])) == [204], "those that have ended do not"


def test_one_that_fails_counts_no_more():
    async def failing(scope, receive, send):
        raise OSError

    limit = UploadLimit(failing, held=lambda: 0, most=LARGEST)
    for _ in range(2):
        with pytest.raises(OSError):  # noqa: PT011
            asyncio.run(limit(request(), receive, None))


def test_other_requests_pass_when_it_is_full():
    full = UploadLimit(slow, held=lambda: MOST_BYTES)
    others = [request("GET"), request("DELETE"), request("PUT", "/other")]
    assert asyncio.run(statuses(full, others)) == [204] * 3
