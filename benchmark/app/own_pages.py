"""Only the page itself may use the server, and the page may use this server alone."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

# Streamlit's page has an inline script and inline styles; it shows uploads and pictures as blobs.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "frame-ancestors 'none'",
        "form-action 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)


class OwnPages:
    """ASGI middleware that refuses (status 403) requests of other sites' pages, and sets the page's POLICY.

    A request's Host must be one of `hosts`, else a site whose name was made to lead to this machine could
    read the page (DNS rebinding); no `hosts` allow every name. Its Origin, which browsers name, must be that
    host.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif not self._allowed(Headers(scope=scope)):
            refusal = PlainTextResponse("Forbidden", 403) if scope["type"] == "http" else WebSocketClose(1008)
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, _with_policy(send))

    def _allowed(self, headers: Headers) -> bool:
        host, origin = headers.get("host", ""), headers.get("origin")
        try:
            named = urlsplit(f"//{host}").hostname in self._hosts if self._hosts else True
            return named and (origin is None or urlsplit(origin).netloc == host)
        except ValueError:  # no address at all
            return False


def _with_policy(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = POLICY
            headers["referrer-policy"] = "no-referrer"
            headers["x-content-type-options"] = "nosniff"
        await send(message)

    return sending
