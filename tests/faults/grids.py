"""Mutate every shipped grid: each mutation is a valid grid, or refused in lines `file:line: key: problem`.

    python -m tests.faults.grids --count 2000 --seed 0

prints how many were accepted, refused, ended in a traceback, and ran for more than `LONGEST` seconds. The exit
status is 1 when one of the last two is not 0, or a refusal is not as it should be.
"""

import argparse
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from unittest.mock import patch

import pandas as pd

from benchmark.errors import UserError
from benchmark.execution.open_plan import open_plan
from benchmark.grid.cells import methods_of
from benchmark.grid.schema import read_grid
from benchmark.store.workspace import Workspace
from tests.faults.outcome import ACCEPTED, FAULT, REFUSED, Outcome, counted

LONGEST = 10.0  # seconds
_MOST_PATIENTS = 1_000  # of a phantom that is listed in a moment
GRIDS = Path(__file__).parents[2] / "grids"
_TOKENS = [
    "{[a]: b}",
    "[1, 2]",
    "{}",
    "[]",
    "!!python/object/apply:os.system [id]",
    "!!python/name:os.system",
    "!!set {a}",
    "!!omap [a: 1]",
    "!!int abc",
    "!!int ''",
    "!!bool x",
    "!!float .",
    "!!timestamp x",
    "!!binary x",
    "!!null x",
    "!x y",
    "2020-13-45",
    "2020-01-01",
    "1:30",
    ".nan",
    ".inf",
    "-.inf",
    "1e400",
    "-1",
    "0",
    "1e5",
    "true",
    "no",
    "~",
    "null",
    "''",
    "'",
    '"',
    '"\\ud800"',
    '"\\0"',
    '"\\U99999999"',
    '"\\x1b[31m"',
    "&a",
    "*a",
    "&a [*a]",
    "<<: 3",
    "<<: *a",
    "<<: {a: 1}",
    "? a",
    "? [a]",
    ": ",
    "- ",
    "---",
    "...",
    "%YAML 9.9",
    "%TAG ! x",
    "#",
    "@",
    "`",
    "\t",
    "\r\n",
    "\x07",
    "\x7f",
    "\u202e",
    "\ufeff",
    "😀",
    "=",
    "~nosuchuser/x",
    "$HOME",
    "${HOME}",
    "${NOSUCH}",
    "../../x",
    "/dev/zero",
    "CON",
    "{{ 7 }}",
    "[/x]",
    "=1+1",
]
_LONG = ("9" * 5000, "x" * 300, "x" * 50_000, "[" * 1500, "{a: " * 1500, "- " * 1500, "a: &a [*a, *a]\n" * 20)
_BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
_WHOLE = (_BOMB, "", "\n", "null\n", "- a\n", "---\na: 1\n---\nb: 2\n")


def mutations(seed: int, count: int) -> Iterator[bytes]:
    """The contents of so many mutated grid files; the same for one seed."""
    random = Random(seed)
    shipped = [path.read_bytes() for path in sorted(GRIDS.rglob("*.yaml"))]
    for _ in range(count):
        content = random.choice(shipped)
        for _ in range(random.choice((1, 1, 1, 2, 4))):
            content = random.choice(_MUTATIONS)(random, content)
        yield content


def _bytes(random: Random, content: bytes) -> bytes:
    at, drop = random.randrange(len(content) + 1), random.choice((0, 1, 1, 30))
    return content[:at] + random.randbytes(random.choice((0, 1, 3))) + content[at + drop :]


def _lines(random: Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    kind = random.randrange(4)
    if kind == 0:
        del lines[one]
    elif kind == 1:
        lines[one], lines[other] = lines[other], lines[one]
    elif kind == 2:
        lines.insert(one, lines[other])
    else:
        lines[one] = b"  " + lines[one] if random.random() < 0.5 else lines[one].lstrip()
    return b"".join(lines)


def _values(random: Random, content: bytes) -> bytes:
    """Another value for a key, an item or a whole word."""
    words = list(re.finditer(rb"[\w./~-]+", content)) or list(re.finditer(b"$", content))
    word, token = random.choice(words), random.choice(_TOKENS if random.random() < 0.9 else _LONG)
    return content[: word.start()] + token.encode() + content[word.end() :]


def _insertions(random: Random, content: bytes) -> bytes:
    at = random.randrange(len(content) + 1)
    return content[:at] + random.choice(_TOKENS if random.random() < 0.9 else _LONG).encode() + content[at:]


def _whole(random: Random, content: bytes) -> bytes:
    text = content.decode(errors="replace")
    kind = random.randrange(6)
    if kind == 0:
        return text.encode("utf-16")
    if kind == 1:
        return b"\xef\xbb\xbf" + content
    if kind == 2:
        return content.replace(b"\n", b"\r\n")
    if kind == 3:
        return content[: random.randrange(len(content) + 1)]
    if kind == 4:
        return random.choice(_WHOLE).encode() + (content if random.random() < 0.5 else b"")
    return content + content


_MUTATIONS = (_bytes, _lines, _lines, _values, _values, _values, _insertions, _whole)


def outcome(path: Path) -> tuple[str, str]:
    """`accepted`, `refused`, `refused badly` or `traceback`, with the message, for a grid file.

    A grid of a small phantom can be planned too.
    """
    place = re.escape(str(path)) + r"(:\d+)?: |grid '"
    try:
        grid = read_grid(path)
        methods_of(grid)
        place = ""  # a plan knows no lines
        if getattr(grid.dataset, "patients", _MOST_PATIENTS + 1) <= _MOST_PATIENTS:
            open_plan(grid, Workspace(path.parent / "runs"), draw=False)
    except UserError as error:
        lines = str(error).split("\n")
        good = all(re.match(place, line) and len(line) < 3_000 and line.isprintable() for line in lines)
        return "refused" if good else "refused badly", str(error)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return "traceback", f"{type(error).__name__}: {error}"
    return "accepted", ""


class _TooLongError(BaseException):
    pass


def _stop(*_: object) -> None:
    raise _TooLongError


def tried(seed: int, count: int) -> Iterator[tuple[str, str, bytes]]:
    """The outcome, the message and the content of each mutation; `slow` for one beyond `LONGEST`."""
    before = signal.signal(signal.SIGALRM, _stop)
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, WEIGHTS=folder):
        path = Path(folder) / "g.yaml"
        for name in ("mobilenetv2_100.coral_in1k", "squeezenet1_0.deepcompression_in1k"):
            (Path(folder) / f"{name}.safetensors").touch()
        for content in mutations(seed, count):
            path.write_bytes(content)
            begun = time.perf_counter()
            signal.setitimer(signal.ITIMER_REAL, 2 * LONGEST)
            found, message = outcome(path)
            signal.setitimer(signal.ITIMER_REAL, 0)
            yield ("slow" if time.perf_counter() - begun > LONGEST else found), message, content
    signal.signal(signal.SIGALRM, before)


def grids(count: int, seed: int = 0) -> pd.DataFrame:
    """The counts of so many mutations for the study of bad inputs."""
    ends = {"accepted": ACCEPTED, "refused": REFUSED}
    return counted(
        Outcome("damaged grid", ends.get(found, FAULT), f"{found}: {message} {content[:200]!r}")
        for found, message, content in tried(seed, count)
    )


def main() -> int:
    """Print the counts; 1 when one mutation had another end than it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=2000)
    asked = parser.parse_args()
    counts: Counter[str] = Counter()
    for found, message, content in tried(asked.seed, asked.count):
        counts[found] += 1
        if found not in ("accepted", "refused"):
            sys.stdout.write(f"{found}: {message[:500]}\n{content[:300]!r}\n\n")
    kinds = ("accepted", "refused", "refused badly", "traceback", "slow")
    sys.stdout.write(", ".join(f"{kind}: {counts[kind]}" for kind in kinds) + "\n")
    return int(any(counts[kind] for kind in kinds[2:]))


if __name__ == "__main__":
    sys.exit(main())
