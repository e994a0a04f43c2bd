"""Manifests with random damage: refused in one line, or read with not a row lost."""

import csv
import io
import random
import tempfile
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from benchmark.datasets.manifest import read_manifest
from benchmark.errors import UserError
from tests.faults.command import LONGEST, TooSlow, alarm, judged
from tests.faults.mutations import mutated_bytes, mutated_rows
from tests.faults.outcome import ACCEPTED, FAULT, REFUSED, Outcome, counted

DELIMITERS, ENCODINGS = (",", ";", "\t"), ("utf-8", "utf-8-sig", "utf-16", "cp1252")
HEADER = ["path", "patient", "study", "body_part", "label", "split"]


def whole(folder: Path) -> list[list[str]]:
    """A manifest of 24 images of 12 patients, which are drawn below the folder."""
    rows, pixels = [HEADER], np.random.default_rng(0)
    (folder / "images").mkdir()
    for number in range(24):
        name, patient = f"images/{number}.png", number // 2
        Image.fromarray(pixels.integers(0, 256, (16, 16), dtype=np.uint8)).save(folder / name)
        part, split = ("hand", "elbow")[patient % 2], "train" if patient < 8 else "test"
        rows.append([name, f"p{patient}", f"s{number}", part, str(patient // 2 % 2), split])
    return rows


def manifests(count: int, seed: int = 0) -> pd.DataFrame:
    """So many damaged manifests, half in their cells and half in their bytes; a tenth by the command line."""
    choose = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = whole(folder)
        path = folder / "manifest.csv"
        outcomes = []
        for delimiter, encoding in product(DELIMITERS, ENCODINGS):
            path.write_bytes(_text(rows, delimiter).encode(encoding))
            outcome = _read("whole", path, rows)
            refused = outcome.ended == REFUSED
            outcomes.append(Outcome("whole", FAULT, outcome.detail) if refused else outcome)
        for number in range(count):
            in_cells = number % 2 == 1
            table = mutated_rows(rows, choose) if in_cells else rows
            content = _text(table, choose.choice(DELIMITERS)).encode(choose.choice(ENCODINGS), "replace")
            path.write_bytes(content if in_cells else mutated_bytes(content, choose))
            outcomes.append(
                _read("damaged cells" if in_cells else "damaged bytes", path, table if in_cells else None)
            )
            if number % 10 == 0:
                outcomes.append(judged("damaged, data verify", ["data", "verify", path, "--jobs", 1]))
    return counted(outcomes)


def _text(rows: list[list[str]], delimiter: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


def _read(kind: str, path: Path, table: list[list[str]] | None) -> Outcome:
    try:
        with alarm(LONGEST):
            manifest = read_manifest(path)
    except UserError as error:
        return Outcome(kind, REFUSED if str(error).count("\n") < 12 else FAULT, str(error))
    except TooSlow:
        return Outcome(kind, FAULT, f"took more than {LONGEST} s")
    except Exception as error:
        return Outcome(kind, FAULT, f"{type(error).__name__}: {error}")
    if table is not None:  # the csv module's rows are the truth
        rows = sum(any(cell.strip() for cell in row) for row in table[1:])
        if len(manifest.images) != rows:
            return Outcome(kind, FAULT, f"{rows} rows, {len(manifest.images)} images were read: {table}")
    return Outcome(kind, ACCEPTED)
