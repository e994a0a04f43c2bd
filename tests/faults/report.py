"""docs/reliability.md: what was tried, how often, and what it ended in."""

from collections.abc import Mapping

import pandas as pd

from tests.validity.markdown import table

HEAD = """# Reliability, counted

Bad inputs and interruptions, tried by the thousand. *Accepted*: it was read and used, or the run went on as it should.
*Refused*: one message that a user can act on, no traceback, within ten seconds. *Fault*: anything else, a traceback, a
row that was lost, a process that was left behind, a result other than that of an undisturbed run. Written by `make faults`
(`python -m tests.faults.study`), whose counts lie in `tests/faults/measured`.
"""
TITLES = {
    "kills": (
        "Killed at random moments",
        "One grid (pixels, descriptors, embeddings, classifiers, a fine-tuning) is killed again and again in one workspace, "
        "and then let finish: the driver gets the signal alone, and no process may live ten seconds later. At the end every "
        "cell's predictions are byte for byte those of an undisturbed run, MLflow's database is whole and holds each cell once.",
    ),
    "drivers": (
        "Several drivers at once",
        "Two and four runs of the same grid, begun together in a workspace that does not exist yet.",
    ),
    "clusters": (
        "On a cluster",
        "A Dask scheduler and two workers compute the grid in one workspace; in turn the driver, the scheduler or a worker "
        "is killed by SIGKILL at a random moment and started again, until the grid is done. Every cell's predictions are "
        "then byte for byte those of an undisturbed local run with as many threads, MLflow holds each cell once, and no "
        "cell that was done before a kill was computed again.",
    ),
    "limits": (
        "No room, no rights, no memory",
        "A small disk of its own that fills up at a random moment and is then enlarged; the next run must finish with the "
        "same predictions. Address space is limited with `setrlimit`.",
    ),
    "servers": (
        "MLflow servers",
        "Every cell must be computed, the user told within seconds, and `benchmark track` must send what is missing to the "
        "server that is back.",
    ),
    "grids": ("Grid files", "Random damage to the shipped grids: bytes, lines, and values."),
    "manifests": (
        "Manifests",
        "Random damage to bytes and cells, in several delimiters and encodings. Of what is accepted, the rows are counted "
        "with Python's csv module: none may be lost.",
    ),
    "images": (
        "Images",
        "Random damage to PNG, JPEG, TIFF, BMP and DICOM of every depth, and contents of other formats under an image's name. "
        "Damage that the format itself cannot tell (no checksum) is read as other pixels.",
    ),
    "weights": (
        "Weights",
        "What people save under the name of weights, and random damage. A flipped bit inside a tensor cannot be told from a "
        "weight and is accepted, unless it makes a number that is not finite.",
    ),
}


def page(found: Mapping[str, pd.DataFrame]) -> str:
    """The Markdown page of the sections' counts; a section without counts says so."""
    parts = [HEAD]
    tried, faults = (sum(int(rows[name].sum()) for rows in found.values()) for name in ("tried", "faults"))
    parts.append(f"In all **{tried:,} tries, {faults:,} faults**.\n")
    for name, (title, what) in TITLES.items():
        counts = "Not counted yet."
        if name in found:
            counts = table(found[name].drop(columns="first_fault").astype(str))
        parts += [f"## {title}\n", f"{what}\n", counts, ""]
    return "\n".join(parts)
