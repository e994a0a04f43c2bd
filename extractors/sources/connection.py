"""Ask quickly whether a server can be reached, since hubs repeat failed requests for almost a minute."""

import socket
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

_SECONDS = 2.0  # to find the address and to connect; chosen by hand


def is_reachable(url: str) -> bool:
    """Whether the server of an address, or the proxy that is set for it, accepts a connection."""
    asked = urlsplit(url)
    host, port = asked.hostname or "", asked.port or (80 if asked.scheme == "http" else 443)
    proxy = getproxies().get(asked.scheme)
    if proxy and not proxy_bypass(host):
        through = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        host, port = through.hostname or "", through.port or 80
    found: list[bool] = []

    def connect() -> None:
        try:
            socket.create_connection((host, port), timeout=_SECONDS).close()
        except (OSError, UnicodeError):
            return
        found.append(True)

    thread = Thread(target=connect, daemon=True)  # the search for an address has no timeout of its own
    thread.start()
    thread.join(_SECONDS)
    return bool(found)
