"""A bound on the bytes of all uploads that the server holds: each file is limited, their number is not."""

from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmark.app.uploads import MOST_MEGABYTES
from benchmark.prediction.studies import MOST_VIEWS

MOST_BYTES = MOST_VIEWS * MOST_MEGABYTES * 2**20  # one study of the largest files, or many of usual ones
PATH = "/_stcore/upload_file/"  # where Streamlit takes uploads, by PUT


class UploadLimit:
    """ASGI middleware that refuses an upload (status 413) while the server could come to hold too many bytes.

    `held` tells the bytes of the uploads that pages still show; those that arrive now count as the largest.
    """

    def __init__(self, app: ASGIApp, held: Callable[[], int], most: int = MOST_BYTES) -> None:
        self._app, self._held, self._most = app, held, most
        self._arriving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "PUT" or not scope["path"].startswith(PATH):
            await self._app(scope, receive, send)
            return
        largest = MOST_MEGABYTES * 2**20
        if self._held() + (self._arriving + 1) * largest > self._most:
            refusal = PlainTextResponse("The server holds too many uploads: remove some", 413)
            await refusal(scope, receive, send)
            return
        self._arriving += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._arriving -= 1
