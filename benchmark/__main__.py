"""`python -m benchmark` is the command `benchmark`."""

from benchmark.cli import main

main()
