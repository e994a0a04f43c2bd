"""The command line: thin commands over the Python API."""

from benchmark.cli.main import main

__all__ = ["main"]
