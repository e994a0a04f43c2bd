"""The manifest: one row per image of any data set, with its patient, study, body part, label and split."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from benchmark.datasets.column_names import FORMAT, finding_places, known_names, other_places, places_of
from benchmark.datasets.file_lookup import ImageFiles, find_files, plain_path
from benchmark.datasets.label_words import EXPECTED, OTHER_TASKS, meaning_of, note_on
from benchmark.datasets.names import EVERY_PART
from benchmark.datasets.spelling import composed
from benchmark.datasets.split_words import refuse, splits_of
from benchmark.datasets.task_labels import check_findings_agree, class_labels, finding_labels, rarest_first
from benchmark.datasets.text_table import decoded, read_table
from benchmark.errors import UserError
from results.label_tasks import BINARY, LABEL, MULTILABEL, TWO_CLASSES, LabelTask

COLUMNS = ("image", "patient", "study", "body_part", "label", "split")
DESCRIBING = ("view", "laterality", "manufacturer", "sex", "age")  # of images, where a data set knows them
_ABSENT = ("nan", "null", "n/a", "#n/a", "<na>", "#ref!", "#value!", "#name?", "#div/0!", "none")
_GRADES = 1  # of these words, the last, may be the name of a class or grade
DESCRIPTION = "dataset.json"  # beside the CSV: {"name": ..., "citation": ...}


@dataclass(frozen=True, eq=False)
class Manifest:
    """The images of a data set.

    `images` has the columns image (posix path relative to `root`, unique), patient, study (unique over
    patients), body_part (lower case, without `XR_`), label (int64: 0 normal, 1 abnormal) and split:
    `train`, `test`, or empty when the data set has none. Columns of DESCRIBING may follow, as texts that may
    be empty; they are not part of the digest. `evaluated_on` is the name of the test part
    in the data set itself (`valid` for MURA), empty when it has no test part. `name` and `citation` (a BibTeX
    key of the report's references, or free text) are for reports; they are not part of the digest. `notes`
    say what was taken for what when the data set was read, a line each. `drawn` is False for a phantom whose
    images are not there yet: such a manifest can be planned with, and no more. `others` are further columns
    of a CSV, as texts in the order of `images`; like DESCRIBING, they only describe.

    `task` says what the label is. Of several classes or grades, `label` is the number of the class. Of
    findings, `images` has a column `label:NAME` (float64: 0, 1, NaN where not read) for each, and `label` is
    the number by which rows are stratified (`task_labels.rarest_first`).

    `sizes` are the bytes of image files, by image, where they were looked at when the data set was read.
    """

    root: Path
    images: pd.DataFrame
    evaluated_on: str
    name: str = ""
    citation: str = ""
    notes: tuple[str, ...] = ()
    drawn: bool = True
    others: pd.DataFrame = field(default_factory=pd.DataFrame)
    task: LabelTask = TWO_CLASSES
    sizes: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def _digest(self) -> str:
        digest = hashlib.sha256(self.evaluated_on.encode())
        if not self.task.is_binary:  # else two findings could change names, and results would stay
            digest.update("\x1f".join(map(composed, self.task.classes)).encode() + b"\n")
        deciding = self.images.drop(columns=[*DESCRIBING], errors="ignore")
        # Arrow's columns are slow to go through
        columns = [deciding[name].to_numpy(dtype=object) for name in deciding]
        known, root = self.sizes, self.root
        sizes = [
            known[image] if image in known else (root / image).stat().st_size for image in deciding["image"]
        ]
        rows = ["\x1f".join(map(str, row)) + "\n" for row in zip(*columns, sizes, strict=True)]
        digest.update(composed("".join(rows)).encode())
        return digest.hexdigest()

    def digest(self) -> str:
        """The sha256 (hex) of all rows and file sizes; it does not depend on the machine or on `root`.

        With the names of classes or findings, where there are several. Empty for images that are not drawn.
        """
        return self._digest if self.drawn else ""

    def describing(self) -> pd.DataFrame:
        """All columns that describe images and decide nothing, as texts in the order of `images`."""
        known = self.images[[column for column in DESCRIBING if column in self.images]]
        return known.reset_index(drop=True).join(self.others)

    def paths(self) -> list[Path]:
        """The image files, in row order."""
        return [self.root / image for image in self.images["image"]]


def part_name(text: str) -> str:
    """Normalise the name of a body part: `XR_ELBOW` becomes `elbow`."""
    return text.strip().lower().removeprefix("xr_")


def read_manifest(
    path: Path, *, allow_outside: bool = False, task: str = BINARY, classes: Sequence[str] = ()
) -> Manifest:
    """Read a CSV `path,patient,study,body_part,label[,split]`; paths are relative to its folder.

    Split values are train, val, valid and test. If there are `test` rows, they are the test set, and val
    belongs to the training pool; otherwise the val or valid rows are the test set. The file dataset.json
    beside the CSV, if any, gives `name` and `citation`. Other delimiters and encodings, other names of the
    columns and words as labels are read where they are unambiguous; `notes` of the manifest say so. Further
    columns describe the images (DESCRIBING, `others`) under their names in lower case. Files
    must lie below the CSV's folder unless `allow_outside`.

    With a `task` of several classes or grades, `label` holds their names, in the order of `classes` where it
    is given; of findings, columns `label:NAME` hold 0, 1 or nothing, and `classes` are those that are used.
    Raises UserError with file and line for anything that cannot be used.
    """
    rows, others, findings, notes = _read_rows(path, task)
    for column in rows:
        refuse(path, rows[column] == "", rows["path"], f"'{column}' is empty")
        words = _ABSENT if column != "label" or task == BINARY else _ABSENT[:-_GRADES]
        absent = rows[column].str.lower().isin(words)
        hint = OTHER_TASKS if column == "label" and task == BINARY else ""
        refuse(
            path, absent, rows[column], f"'{column}' holds a word for a missing value; write the value{hint}"
        )
    found_labels, label_task, label_note = _task_labels(path, rows, findings, task, classes)
    names = rows["path"].map(plain_path)
    _refuse_duplicates(path, names, rows["path"])
    files = ImageFiles(path.parent, allow_outside)
    found, renamed = find_files(path, files, dict(zip(rows.index, names, strict=True)))
    names = pd.Series(found, index=rows.index, dtype="str")
    _refuse_duplicates(path, names, rows["path"])
    split, evaluated_on, split_note = splits_of(path, rows)
    images = pd.DataFrame(
        {
            "image": names,
            "patient": rows["patient"],
            "study": rows["patient"] + "/" + rows["study"],
            "body_part": rows["body_part"].map(part_name),
            "label": found_labels["label"],
            "split": split,
        }
    ).join(found_labels.drop(columns="label"))
    for word, why in (
        ("", "not the name of a body part"),
        (EVERY_PART, "in a grid this means every body part"),
    ):
        refuse(path, images["body_part"] == word, rows["body_part"], f"{why}; give the part another name")
    _check_studies(path, images, label_task)
    images = images.join(others[[column for column in DESCRIBING if column in others]])
    described = _read_description(path.with_name(DESCRIPTION))
    taken = ", ".join(note for note in (*notes, label_note, split_note, _forms_note(renamed)) if note)
    return Manifest(
        path.parent,
        images.reset_index(drop=True),
        evaluated_on,
        name=described.get("name", ""),
        citation=described.get("citation", ""),
        notes=(f"{path.name} is read with: {taken}",) if taken else (),
        others=others.drop(columns=[*DESCRIBING], errors="ignore").reset_index(drop=True),
        task=label_task,
        sizes=files.sizes,
    )


def findings_in(path: Path) -> dict[str, bool]:
    """The findings of a CSV (columns `label:NAME`), and whether each has two values among those not blank.

    Raises UserError as `read_manifest` for a table that cannot be read.
    """
    findings = _read_rows(path, MULTILABEL)[2]
    return {str(name): findings[name].replace("", pd.NA).nunique() > 1 for name in findings}


def _read_description(path: Path) -> dict[str, str]:
    """The `name` and `citation` of a dataset.json; empty when there is no such file."""
    try:
        content = json.loads(decoded(path, "JSON")[0])
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: cannot be read as JSON: {error}") from None
    texts = isinstance(content, dict) and all(isinstance(text, str) for text in content.values())
    if not texts or not set(content) <= {"name", "citation"}:
        raise UserError(
            f'{path}: must hold {{"name": "...", "citation": "..."}} (both optional) and nothing else'
        )
    return dict(content)


def _read_rows(path: Path, task: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, list[str]]:
    """The manifest's columns as text in Unicode's composed form, by line; other columns; findings; notes."""
    try:
        table = read_table(path, known_names)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such manifest ({FORMAT})") from None
    if len(table.lines) < 2:
        raise UserError(f"{path}: the manifest has no row ({FORMAT})")
    first, *lines = table.lines
    header = table.lines[first]
    findings = finding_places(path, first, header)
    places, notes = places_of(path, first, header, labelled=task != MULTILABEL)
    others = other_places(header, places | {LABEL + name: place for name, place in findings.items()})

    def texts(places: dict[str, int]) -> pd.DataFrame:
        columns = {
            name: [composed(table.lines[line][place]) for line in lines] for name, place in places.items()
        }
        return pd.DataFrame(columns, index=lines, dtype="str")

    return texts(places), texts(others), texts(findings), [*table.notes, *notes]


def _task_labels(
    path: Path, rows: pd.DataFrame, findings: pd.DataFrame, task: str, classes: Sequence[str]
) -> tuple[pd.DataFrame, LabelTask, str]:
    """The columns of labels by line, what they are, and a note on words that were taken for 0 and 1."""
    if task == BINARY:
        label, note = _labels(path, rows["label"])
        return label.to_frame("label"), TWO_CLASSES, note
    if task == MULTILABEL:
        found, label_task = finding_labels(path, {str(name): findings[name] for name in findings}, classes)
        return found.assign(label=rarest_first(found)), label_task, ""
    label, label_task = class_labels(path, rows["label"], task, classes)
    return label.to_frame("label"), label_task, ""


def _labels(path: Path, labels: pd.Series) -> tuple[pd.Series, str]:
    """The labels as 0 and 1, and a note on words that were taken for them."""
    meaning = meaning_of(labels.unique())
    unread = ~labels.isin(list(meaning))
    understood = f"; understood: {', '.join(sorted(meaning))}" if meaning else ""
    refuse(path, unread, labels, EXPECTED + understood + OTHER_TASKS)
    return labels.map(meaning).astype("int64"), note_on(meaning)


def _forms_note(renamed: int) -> str:
    """A note on files whose names on disk are in the other Unicode form."""
    return f"{renamed:,} file names in the Unicode form that they have on disk" if renamed else ""


def _refuse_duplicates(path: Path, names: pd.Series, written: pd.Series) -> None:
    forms = names.map(composed)
    refuse(path, forms.duplicated(), written, "this path is listed twice; remove one of the rows")


def _check_studies(path: Path, images: pd.DataFrame, task: LabelTask) -> None:
    if task.kind == MULTILABEL:
        check_findings_agree(path, images, task.classes)
    for column, what in (
        ("label", "two labels"),
        ("body_part", "two body parts"),
        ("patient", "two patients"),
    ):
        first = images.groupby("study")[column].transform("first")
        refuse(path, images[column] != first, images["study"], f"this study (patient/study) has {what}")
