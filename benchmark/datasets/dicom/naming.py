"""Images of DICOM headers as rows of a manifest: digests for identifiers, one name per body part."""

import pandas as pd

from benchmark.datasets.dicom.body_parts import part_of
from benchmark.datasets.dicom.describing import described
from benchmark.datasets.dicom.labels import UNREAD, LabelRows, refuse_lines
from benchmark.datasets.dicom.names import RADIOGRAPHS
from benchmark.datasets.dicom.pseudonyms import patients_of, pseudonym
from results.counts import counted

_SHOWN = 12  # spellings of body parts in a note


def named(images: pd.DataFrame, rows: LabelRows, key: bytes) -> tuple[pd.DataFrame, list[str]]:
    """The manifest's columns, `path`, `burned_in` (bool) and `line`; and notes on what was taken for what."""
    parts, part_note = _parts(images, rows)
    people, people_note = _people(images, rows)
    studies = images["study_uid"].map(lambda uid: pseudonym(key, "study", uid))
    several = parts.groupby(images["study_uid"]).transform("nunique") > 1
    names = studies + "/" + images["image_uid"].map(lambda uid: pseudonym(key, "image", uid)) + ".dcm"
    table = pd.DataFrame(
        {
            "path": images["path"],
            "image": names,
            "patient": people.map(lambda person: pseudonym(key, "patient", person)),
            "study": studies.where(~several, studies + "/" + parts),
            "body_part": parts,
            **{column: images[column] for column in dict.fromkeys(["label", *rows.task.label_columns])},
            "split": images.get("split", ""),
            "line": images["line"],
            "burned_in": images["burned_in"].str.upper() == "YES",
            **described(images),
        }
    )
    _refuse_conflicts(table, rows, by_study=rows.match != "image_uid")
    modality = images["modality"].str.upper()
    others = modality[~modality.isin((*RADIOGRAPHS, ""))].value_counts()
    kinds = ", ".join(f"{name} in {counted(count, 'image')}" for name, count in others.items())
    notes = [people_note, part_note, f"no plain radiographs by their Modality: {kinds}" if kinds else ""]
    return table.sort_values("image").reset_index(drop=True), notes


def _parts(images: pd.DataFrame, rows: LabelRows) -> tuple[pd.Series, str]:
    """The body part of each image: that of the labels where it is given, else that of the header."""
    written = images["body_part"]
    if "part_given" in images:
        written = images["part_given"].where(images["part_given"] != "", written)
    parts = written.map(part_of)
    taken = {text: part for text, part in zip(written, parts, strict=True) if text.lower() != part}
    said = [
        f"'{text}' taken for '{part}'" if text else f"none taken for '{part}'" for text, part in taken.items()
    ]
    shown = ", ".join(sorted(said)[:_SHOWN]) + (", ..." if len(said) > _SHOWN else "")
    return parts, f"BodyPartExamined {shown}" if said else ""


def _people(images: pd.DataFrame, rows: LabelRows) -> tuple[pd.Series, str]:
    """One text for each person, by the labels where they have a column for it, else by the header."""
    if "patient_given" in images:
        empty = rows.rows["patient"] == ""
        refuse_lines(rows.path, empty, "'patient' is empty")
        nothing = pd.Series("", index=images.index)
        return patients_of(images["patient_given"], nothing), ""
    people = patients_of(images["patient_id"], images["issuer"])
    if people.nunique() == 1 and images["study_uid"].nunique() > 1:
        return people, (
            "all studies have the same PatientID, as in files that were made anonymous: a column 'patient' "
            "in the labels keeps patients apart"
        )
    spellings = images["patient_id"].groupby(people).nunique()
    several = int((spellings > 1).sum())
    return (
        people,
        f"PatientID of {counted(several, 'patient')} in several spellings, taken for one" if several else "",
    )


def _refuse_conflicts(table: pd.DataFrame, rows: LabelRows, *, by_study: bool) -> None:
    """Raise UserError with the line for a label of several body parts, and for a study with two labels."""
    if by_study and "body_part" not in rows.rows:
        parts = table["body_part"].groupby(table["image"].str.partition("/")[0]).transform("nunique")
        refuse_lines(
            rows.path,
            _by_line(table, parts > 1),
            "this study shows several body parts; label its images by image_uid instead",
        )
    for column in rows.task.label_columns:
        values = table[column].fillna(UNREAD)
        wrong = _by_line(table, values != values.groupby(table["study"]).transform("first"))
        refuse_lines(rows.path, wrong, f"an image of this study has another {column}")


def _by_line(table: pd.DataFrame, wrong: pd.Series) -> pd.Series:
    """Whether something is wrong, by the lines of the CSV, each once and in their order."""
    return wrong.groupby(table["line"]).any()
