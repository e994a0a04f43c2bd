"""Labels of DICOM studies or images from a CSV, whose rows name them by an identifier that is never shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmark.datasets.column_names import OTHER_NAMES, finding_places, place_of, plain_name
from benchmark.datasets.label_words import EXPECTED, OTHER_TASKS, meaning_of, note_on
from benchmark.datasets.spelling import composed, without_spelling
from benchmark.datasets.split_words import refuse, splits_of
from benchmark.datasets.task_labels import class_labels, finding_labels, rarest_first
from benchmark.datasets.text_table import read_table
from benchmark.errors import UserError
from results.counts import counted, of_count
from results.label_tasks import BINARY, LABEL, MULTILABEL, TWO_CLASSES, LabelTask

IDENTIFIERS = {  # what rows may be matched by, and other names of the column
    "accession_number": ("accession", "accessionnumber", "accession_no"),
    "study_uid": ("studyinstanceuid", "study_instance_uid"),
    "image_uid": ("sopinstanceuid", "sop_instance_uid", "sop_uid", "instance_uid"),
}
_COLUMNS = {name: OTHER_NAMES[name] for name in ("label", "split", "patient", "body_part")}
_PARTIAL = "'partial: true' in the grid's dataset (--partial of 'data manifest')"
UNREAD = -1.0  # in the place of a finding that was not read, to compare rows
FORMAT = f"a CSV: {' or '.join(IDENTIFIERS)},label[,split][,patient][,body_part]"


@dataclass(frozen=True)
class LabelRows:
    """The rows of a CSV by line: `key` (in its composed form), label (0, 1), and the columns that it has of
    split (`train`, `test`), patient and body_part (texts, may be empty).

    Labels of other tasks are those of a manifest (`manifest.Manifest`). `match` is what `key` identifies,
    `evaluated_on` the test part's own name.
    """

    path: Path
    match: str
    rows: pd.DataFrame
    evaluated_on: str
    notes: tuple[str, ...]
    task: LabelTask = TWO_CLASSES


def read_label_rows(
    path: Path, match: str | None, task: str = BINARY, classes: Sequence[str] = ()
) -> LabelRows:
    """Read a CSV whose rows name a study or an image; `match` says by which column where there are several.

    `task` and `classes` say what the labels are, as of a manifest.
    Raises UserError with file and line for what is no such CSV; identifiers are not in the message.
    """
    try:
        table = read_table(path, _known)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file of labels ({FORMAT})") from None
    if len(table.lines) < 2:
        raise UserError(f"{path}: the file of labels has no row ({FORMAT})")
    first, *lines = table.lines
    header = table.lines[first]
    match, key_place, key_note = _identifier(path, first, header, match)
    columns, notes = {"key": key_place}, [*table.notes, key_note]
    for name, others in _COLUMNS.items():
        place, note = place_of(path, first, header, name, others)
        if place is None and name == "label" and task != MULTILABEL:
            hint = (
                "; of columns label:NAME set task: multilabel" if finding_places(path, first, header) else ""
            )
            raise UserError(f"{path}:{first}: the column 'label' is missing{hint} (expected {FORMAT})")
        if place is not None:
            columns[name] = place
        notes.append(note)
    if task == MULTILABEL:
        columns.pop("label", None)
        columns |= {LABEL + name: place for name, place in finding_places(path, first, header).items()}
    texts = {name: [composed(table.lines[line][place]) for line in lines] for name, place in columns.items()}
    rows = pd.DataFrame(texts, index=lines, dtype="str")
    refuse_lines(path, rows["key"] == "", f"'{match}' is empty")
    rows, label_task, label_note = _with_labels(path, rows, task, classes)
    split, evaluated_on, split_note = splits_of(path, rows)
    if "split" in rows:
        rows["split"] = split
    taken = ", ".join(note for note in (*notes, label_note, split_note) if note)
    said = (f"{path.name} is read with: {taken}",) if taken else ()
    return LabelRows(path, match, _each_once(path, match, rows), evaluated_on, said, label_task)


def _with_labels(
    path: Path, rows: pd.DataFrame, task: str, classes: Sequence[str]
) -> tuple[pd.DataFrame, LabelTask, str]:
    """The rows with their labels as numbers, what these are, and a note on words taken for 0 and 1."""
    if task == MULTILABEL:
        texts = {str(name): rows[name] for name in rows if str(name).startswith(LABEL)}
        found, label_task = finding_labels(
            path, {name.removeprefix(LABEL): text for name, text in texts.items()}, classes
        )
        others = rows.drop(columns=list(texts))
        return others.join(found).assign(label=rarest_first(found)), label_task, ""
    if task != BINARY:
        refuse_lines(path, rows["label"] == "", "'label' is empty")
        numbers, label_task = class_labels(path, rows["label"], task, classes)
        return rows.assign(label=numbers), label_task, ""
    meaning = meaning_of(rows["label"].unique())
    refuse(path, ~rows["label"].isin(list(meaning)), rows["label"], EXPECTED + OTHER_TASKS)
    return rows.assign(label=rows["label"].map(meaning).astype("int64")), TWO_CLASSES, note_on(meaning)


def _known(header: Sequence[str]) -> int:
    plain = {plain_name(name) for name in header}
    return sum(bool(plain & {name, *others}) for name, others in (IDENTIFIERS | _COLUMNS).items())


def _identifier(path: Path, line: int, header: Sequence[str], match: str | None) -> tuple[str, int, str]:
    """The identifier that rows are matched by, its place, and a note."""
    found = {}
    for name, others in IDENTIFIERS.items():
        if match in (None, name):
            place, note = place_of(path, line, header, name, others)
            if place is not None:
                found[name] = (place, note)
    if not found:
        wanted = f"the column '{match}'" if match else f"a column {' or '.join(IDENTIFIERS)}"
        raise UserError(f"{path}:{line}: {wanted} is missing (expected {FORMAT})")
    if len(found) > 1:
        raise UserError(
            f"{path}:{line}: rows may be matched by {' or '.join(found)}; say which, as "
            f"'match: {next(iter(found))}' in the grid's dataset (--match of 'data manifest')"
        )
    ((name, (place, note)),) = found.items()
    return name, place, note


def _each_once(path: Path, match: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without repetitions. Raises UserError for two that say different things of one key."""
    for column in rows.columns.drop("key"):
        values = rows[column].fillna(UNREAD) if str(column).startswith(LABEL) else rows[column]
        refuse_lines(
            path,
            values != values.groupby(rows["key"]).transform("first"),
            f"another row with the same {match} has another {column}; remove one",
        )
    return rows.drop_duplicates("key")


def refuse_lines(path: Path, wrong: pd.Series, message: str) -> None:
    """Raise UserError with the first line that is wrong, if any, and how many are, without any value."""
    if wrong.any():
        line = wrong.index[int(wrong.to_numpy().argmax())]
        more = int(wrong.sum()) - 1
        raise UserError(f"{path}:{line}: {message}{f' ({more:,} more such rows)' if more else ''}")


def labelled(images: pd.DataFrame, labels: LabelRows, *, partial: bool) -> tuple[pd.DataFrame, list[str]]:
    """The images with their label, and split, patient_given and part_given where the CSV has these; notes.

    `images` are those of `headers.Headers`. Without `partial`, every row must name an image and every image
    must be named. Raises UserError with the line for a row that is not, or not clearly, of an image.
    """
    key = images[labels.match].map(composed)
    rows, notes = labels.rows, []
    unknown = ~rows["key"].isin(set(key))
    if unknown.any() and not partial:
        refuse_lines(labels.path, unknown, _why_unknown(labels, key, rows["key"][unknown].iloc[0]))
    if labels.match == "accession_number":
        studies = images.groupby(key)["study_uid"].nunique()
        several = rows["key"].isin(set(studies.index[studies > 1]))
        refuse_lines(
            labels.path,
            several,
            "this accession number is of several studies of the folder; use their study_uid",
        )
    found = images.assign(line=key.map(pd.Series(rows.index, index=rows["key"])))
    missing = found["line"].isna()
    studies_missing = found["study_uid"][missing].nunique()
    if missing.all():
        raise UserError(f"{labels.path}: no row names an image of the folder by its {labels.match}")
    if missing.any() and not partial:
        raise UserError(
            f"{labels.path}: {counted(missing.sum(), 'image')} of {counted(studies_missing, 'study')} of "
            f"the folder {of_count(missing.sum(), 'has', 'have')} no "
            f"row; add them, or leave them out by {_PARTIAL}"
        )
    if missing.any() or unknown.any():
        notes.append(
            f"{labels.path.name}: {counted(missing.sum(), 'image')} of "
            f"{counted(studies_missing, 'study')} without a row {of_count(missing.sum(), 'is', 'are')} "
            f"left out, {counted(unknown.sum(), 'row')} without an image "
            f"{of_count(unknown.sum(), 'is', 'are')} not used"
        )
    found = found[~missing].astype({"line": "int64"})
    joined = rows.loc[found["line"]].reset_index(drop=True).drop(columns="key")
    joined = joined.rename(columns={"patient": "patient_given", "body_part": "part_given"})
    return pd.concat([found.reset_index(drop=True), joined], axis=1), notes


def _why_unknown(labels: LabelRows, keys: pd.Series, first: str) -> str:
    plain = set(keys.map(without_spelling))
    if without_spelling(first) in plain:
        return (
            f"no image of the folder has this {labels.match}, but one has it in another spelling (a "
            "spreadsheet drops leading zeros and adds .0: keep identifiers as text)"
        )
    return f"no image of the folder has this {labels.match}; remove the row, or set {_PARTIAL}"
