"""The script that Streamlit runs for each page and change; `benchmark app` sets the environment variables."""

import os
from pathlib import Path

from benchmark.app.page import show
from benchmark.app.server import COVERAGE, GRID, WORKSPACE
from benchmark.store.workspace import Workspace

show(Workspace(Path(os.environ[WORKSPACE])), os.environ[GRID] or None, float(os.environ[COVERAGE]))
