"""Guess patients from the names of image files; a guess, and never made without being asked for."""

import re
from collections.abc import Sequence

_WORDS = r"(?:patients?|persons?|subjects?|subj|sub|pat|pt|case|im|id)"
_PATIENT = re.compile(rf"(?:^|[/_\- ])({_WORDS}[_\- ]?\d+)", re.IGNORECASE)  # person1, IM-0115, sub-03


def guessed_patients(paths: Sequence[str]) -> list[str | None]:
    """A patient for each path by a word such as `person1` or `patient_0007` in it; None where none is."""
    found = [_PATIENT.search(path) for path in paths]
    return [match[1].lower() if match else None for match in found]


def hint(paths: Sequence[str]) -> str:
    """A name that looks as if it said whose image it is, with its guess; empty when none does."""
    for path, patient in zip(paths, guessed_patients(paths), strict=True):
        if patient is not None:
            return f"'{path.rpartition('/')[2]}' looks like patient '{patient}'"
    return ""
