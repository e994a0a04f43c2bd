"""The command line called within this process: importing everything again takes a process five seconds."""

import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

from benchmark.cli.logs import stderr


class Done(NamedTuple):
    """What a command left: its exit status and its output."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def console_of_this_test() -> Iterator[None]:
    """The console of standard error is kept by the process, with the colours of the test that made it."""
    stderr.cache_clear()
    yield
    stderr.cache_clear()


@pytest.fixture(autouse=True)
def activated(monkeypatch: pytest.MonkeyPatch) -> None:
    """This Python's programs are on the path, also where the tests run without an activated environment."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Call `benchmark` with these arguments."""
    cli_main = import_module("benchmark.cli.main")  # the module; `benchmark.cli.main` is its function
    monkeypatch.setattr(
        cli_main, "_set_environment", lambda: None
    )  # of this process, which is not the command's

    def called(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["benchmark", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli_main.main()
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return Done(status, said.out, said.err)

    return called
