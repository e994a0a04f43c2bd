"""What one bad input, or one interrupted run, ended in, and the counts of many."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

ACCEPTED, REFUSED, FAULT = "accepted", "refused", "fault"


@dataclass(frozen=True)
class Outcome:
    """`kind` is what was done to it, `ended` one of the three words, `detail` the message or the fault."""

    kind: str
    ended: str
    detail: str = ""


def counted(outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """One row per kind: tried, accepted, refused, faults, and the first fault's detail."""
    rows: dict[str, dict[str, object]] = {}
    for outcome in outcomes:
        row = rows.setdefault(
            outcome.kind,
            {"kind": outcome.kind, "tried": 0, ACCEPTED: 0, REFUSED: 0, "faults": 0, "first_fault": ""},
        )
        row["tried"] = int(str(row["tried"])) + 1
        name = "faults" if outcome.ended == FAULT else outcome.ended
        row[name] = int(str(row[name])) + 1
        if outcome.ended == FAULT and not row["first_fault"]:
            row["first_fault"] = " ".join(outcome.detail.split())[:300]
    return pd.DataFrame(rows.values())
