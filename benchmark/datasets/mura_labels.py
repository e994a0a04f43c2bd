"""Corrected labels of MURA's studies: a CSV that overrides the labels in the folders' names."""

import re
from pathlib import Path

import pandas as pd

from benchmark.datasets.file_lookup import plain_path, shown
from benchmark.datasets.label_words import EXPECTED, meaning_of
from benchmark.datasets.text_table import read_table
from benchmark.errors import UserError

_FORMAT = "a CSV: train/XR_ELBOW/patient00001/study1,0"
_STUDY = re.compile(
    r"(?:(?:.*/)?(?P<split>train|valid)/|.*/)?(?P<part>XR_\w+)/(?P<patient>patient\w+)/"
    r"(?P<study>study[^_/\W]+)(?:_(?P<label>positive|negative))?(?:/[^/]+\.(?:png|jpe?g))?",
    re.IGNORECASE,
)
_SUFFIX = {"positive": "1", "negative": "0"}


def corrected(images: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, list[str]]:
    """The images with the labels of a CSV, and a note on how many labels that changes.

    A row is a study and its label: `train/XR_ELBOW/patient00001/study1_positive/,0`, from any folder on; a
    header may come first. The suffix of the folder's name does not count where there is a label; where there
    is none, it is the label, as in lists of renamed folders. Studies that the CSV does not name keep the
    label of their folder, and the note counts them. Raises UserError with file and line for a study that the
    data set does not have, for two labels of one study, and for what is no such CSV.
    """
    labels = _labels(path)
    split = images["image"].str.partition("/")[0].str.lower()
    study = images["study"].map(_key)
    full = split + "/" + study
    known = set(full) | set(study)
    unknown = {key: line for key, (_, line) in labels.items() if key not in known}
    if unknown:
        first = min(unknown, key=lambda key: unknown[key])
        raise UserError(
            f"{path}:{unknown[first]}: the data set has no study '{shown(first)}' "
            f"({len(unknown):,} of {len(labels):,} studies are unknown)"
        )
    values = {key: label for key, (label, _) in labels.items()}
    new = full.map(values).fillna(study.map(values))
    changed = new.notna() & (new != images["label"])
    named = full[new.notna()].nunique()
    note = (
        f"{path.name}: labels of {named:,} of {full.nunique():,} studies, of which "
        f"{full[changed].nunique():,} differ from their folder's name; the others keep the folder's label"
    )
    return images.assign(label=new.fillna(images["label"]).astype("int64")), [note]


def _labels(path: Path) -> dict[str, tuple[int, int]]:
    """The label of each study, and its line."""
    try:
        table = read_table(path, lambda fields: bool(fields and _STUDY.fullmatch(_plain(fields[0]))))
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file of labels ({_FORMAT})") from None
    rows = [(line, row) for line, row in table.lines.items() if line not in _header(table.lines)]
    read = [_study(path, line, row) for line, row in rows]
    if not read:
        raise UserError(f"{path}: no study is there ({_FORMAT})")
    meaning = meaning_of(dict.fromkeys(label for _, label, _ in read))
    found: dict[str, tuple[int, int]] = {}
    for key, label, line in read:
        if label not in meaning:
            raise UserError(f"{path}:{line}: '{label[:40]}': {EXPECTED}")
        if found.setdefault(key, (meaning[label], line))[0] != meaning[label]:
            raise UserError(f"{path}:{line}: '{key}' has another label in line {found[key][1]}")
    return found


def _header(lines: dict[int, list[str]]) -> list[int]:
    """The number of the first line when it names no study."""
    first = list(lines)[:1]
    return [line for line in first if "/" not in _plain(lines[line][0])]


def _study(path: Path, line: int, row: list[str]) -> tuple[str, str, int]:
    match = _STUDY.fullmatch(_plain(row[0]))
    given = row[1] if len(row) == 2 else _SUFFIX.get(((match and match["label"]) or "").lower(), "")
    if match is None or len(row) > 2 or not given:
        raise UserError(f"{path}:{line}: '{shown(','.join(row))}' is not a study and its label ({_FORMAT})")
    split = f"{match['split'].lower()}/" if match["split"] else ""
    return split + _key(f"{match['part']}/{match['patient']}/{match['study']}"), given, line


def _plain(text: str) -> str:
    return plain_path(text).rstrip("/")


def _key(study: str) -> str:
    """A study in lower case, without the suffix of its label."""
    return re.sub(r"_(?:positive|negative)$", "", study.lower())
