"""Serve the page that judges uploaded studies, as a server process that ends with this process."""

import sys
from importlib.util import find_spec

from benchmark.api_arguments import grid_name
from benchmark.app.choices import kept_choices
from benchmark.app.server import COVERAGE, GRID, WORKSPACE
from benchmark.cli.server_process import serve_until_stopped
from benchmark.cli.terminal import say, warn
from benchmark.errors import UserError
from benchmark.store.addresses import LOOPBACK
from benchmark.store.workspace import Workspace


def serve(workspace: Workspace, grid: str | None, coverage: float, host: str, port: int) -> int:
    """Serve until stopped; returns the server's exit status.

    Raises UserError without the extra `app`, and for a workspace or grid without a kept model; SystemExit
    with 128 + the signal's number after a signal.
    """
    if find_spec("streamlit") is None:
        raise UserError(
            "the page needs Streamlit: install it with the extra app (pip install 'benchmark[app]')"
        )
    name = grid_name(grid) if grid else None
    found = len(kept_choices(workspace, name))
    say(
        f"{found:,} kept model{'s' * (found != 1)}. Not a medical device. The page: http://{_shown(host)}:{port}"
    )
    if host not in LOOPBACK:
        warn(f"anyone who reaches {host}:{port} can upload and read there: the page asks for no password")
    command = [sys.executable, "-m", "benchmark.app.server", host, str(port)]
    told = {WORKSPACE: str(workspace.folder.absolute()), COVERAGE: str(coverage), GRID: name or ""}
    return serve_until_stopped(command, told)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
