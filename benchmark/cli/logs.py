"""Send log messages to standard error and, for a run, to a file. The library itself adds no handler."""

import logging
import sys
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.logging import RichHandler

from benchmark.store.addresses import without_secrets
from results.text import for_terminal

_PACKAGES = ("benchmark", "classifiers", "extractors", "results")
_TERMINAL, _FILE = "benchmark: terminal", "benchmark: file"  # names of the handlers that `log_to` adds


@cache
def stderr() -> Console:
    """Return the console on standard error, shared by progress and messages: neither overwrites the other."""
    return Console(stderr=True)


def log_to(level: int | None = None, file: Path | None = None) -> None:
    """Show messages from `level` on standard error and write those from INFO with tracebacks into `file`.

    An argument that is None changes nothing; a second call replaces the first. Below INFO, only messages of
    this project are shown: other libraries log thousands of lines. Raises OSError when the file cannot be
    written.
    """
    root = logging.getLogger()
    if level is not None:
        _replace(_TERMINAL, _terminal_handler(level))
        for name in _PACKAGES:
            logging.getLogger(name).setLevel(min(level, logging.INFO))
        root.setLevel(logging.INFO if level <= logging.INFO else logging.WARNING)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        _replace(_FILE, _file_handler(file))
        root.setLevel(logging.INFO)


def log_path(folder: Path, command: str) -> Path:
    """Return the log file of a command that begins now: FOLDER/logs/<UTC time>-COMMAND.log."""
    return folder / "logs" / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}-{command}.log"


def _terminal_handler(level: int) -> logging.Handler:
    handler = RichHandler(level, console=stderr(), show_path=False, show_time=level <= logging.INFO)
    handler.setFormatter(_Plain("%(message)s") if level <= logging.INFO else _OneLine())
    return handler


def _file_handler(file: Path) -> logging.Handler:
    handler = _File(file, encoding="utf-8")
    handler.setLevel(logging.INFO)
    formatter = _Plain("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    return handler


class _Plain(logging.Formatter):
    """Format message and traceback without the passwords and tokens of addresses in them."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class _OneLine(logging.Formatter):
    """Format the message without its traceback, which is in the log file."""

    def format(self, record: logging.LogRecord) -> str:
        return for_terminal(without_secrets(record.getMessage()))


class _File(logging.FileHandler):
    """A log file that a full disk keeps short; logging would write a traceback to the terminal each time."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, the name is logging's
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def _replace(name: str, handler: logging.Handler) -> None:
    root = logging.getLogger()
    for old in [old for old in root.handlers if old.name == name]:
        root.removeHandler(old)
        old.close()
    handler.set_name(name)
    root.addHandler(handler)
