"""How long the import of the package and the help of the command line take, beside the bare interpreter."""

import subprocess
import sys
from time import perf_counter

from rich.console import Console

RUNS = 10
CASES = {
    "python -c ''": ["-c", ""],
    "python -c 'import benchmark'": ["-c", "import benchmark"],
    "benchmark --help": ["-m", "benchmark", "--help"],
    "python -c 'import pandas'": ["-c", "import pandas"],
}


def seconds(arguments: list[str]) -> float:
    """The seconds of one start of Python."""
    began = perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return perf_counter() - began


if __name__ == "__main__":
    best = {name: min(seconds(arguments) for _ in range(RUNS)) for name, arguments in CASES.items()}
    bare = next(iter(best.values()))
    for name, taken in best.items():
        Console(width=110).print(
            f"{name:30} {1000 * taken:5.0f} ms, {taken / bare:5.1f} x the bare interpreter"
        )
