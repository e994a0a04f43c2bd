"""Find out within seconds whether a tracking store answers; MLflow itself tries for minutes."""

import re
import threading
from collections.abc import Callable
from contextlib import suppress

import requests
from sqlalchemy import create_engine

from benchmark.errors import UserError, reason
from benchmark.store.addresses import without_secrets

_SECONDS = 8.0  # for an answer; chosen by hand so that a failure is said within 10 s


def check_reachable(uri: str) -> None:
    """Raise UserError when nothing answers at this address of a server or of its database within 8 s."""
    scheme = uri.partition(":")[0].partition("+")[0]
    if scheme in ("http", "https"):
        _within(uri, lambda: _ask_server(uri))
    elif scheme in ("postgresql", "mysql", "mssql"):
        _within(uri, lambda: _connect(uri))


def _ask_server(uri: str) -> None:
    """Any answer will do, also a refusal: MLflow says itself what is wrong with password or certificate."""
    health = f"{uri.partition('?')[0].rstrip('/')}/health"
    with suppress(requests.exceptions.SSLError):
        requests.get(health, timeout=_SECONDS, allow_redirects=False, stream=True).close()


def _connect(uri: str) -> None:
    engine = create_engine(uri)
    try:
        with engine.connect():
            pass
    finally:
        engine.dispose()


def _within(uri: str, ask: Callable[[], None]) -> None:
    """Call `ask` in a thread, since a name server or a database's driver may keep it for minutes."""
    errors: list[Exception] = []

    def call() -> None:
        try:
            ask()
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(_SECONDS + 1)
    timed_out = thread.is_alive() or any(isinstance(e, requests.exceptions.Timeout) for e in errors)
    if timed_out or errors:
        why = f"no answer within {_SECONDS:.0f} s" if timed_out else _short(errors[0])
        raise UserError(
            f"MLflow's tracking store {without_secrets(uri)} cannot be reached: {without_secrets(why, uri)}"
        )


def _short(error: Exception) -> str:
    """The reason without the names of classes and objects around it: `Connection refused`."""
    found = re.search(r"\[Errno -?\d+\] ([^\]()\"']+)", reason(error))
    return found.group(1).strip() if found else reason(error)
