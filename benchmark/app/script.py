"""The script that Streamlit runs for each page and change; `server` sets the two environment variables."""

import os
from pathlib import Path

from benchmark.app.page import show
from benchmark.app.server import GRID, WORKSPACE
from benchmark.store.workspace import Workspace

show(Workspace(Path(os.environ[WORKSPACE])), os.environ.get(GRID))
