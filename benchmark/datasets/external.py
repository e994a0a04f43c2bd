"""A test set of another hospital: its images under the grid's names of body parts, checked against home."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from benchmark.datasets.manifest import Manifest, part_name
from benchmark.datasets.spelling import without_spelling
from benchmark.errors import UserError
from extractors.digests import JsonValue, digest_of
from results.counts import of_count
from results.label_tasks import MULTILABEL, LabelTask

EVERYONE = "all"  # in `allow_shared`: every patient whose id alone is shared
_SHOWN = 3  # names in a message


@dataclass(frozen=True, eq=False)
class ExternalImages:
    """The images of an external set that are tested.

    `manifest` holds them as the set writes them, and `images` as predictions do (`image_columns`), row by
    row: the parts by the grid's names, and patients and studies after the set's
    name, so that nobody is taken for a patient of the grid's own data set. `notes` say what was left out.
    """

    name: str
    manifest: Manifest
    images: pd.DataFrame
    notes: tuple[str, ...]
    digest: str

    @property
    def patients(self) -> pd.Series:
        """The patient of each image, as the set writes it."""
        return self.manifest.images["patient"]


def external_images(
    name: str,
    manifest: Manifest,
    home: Manifest,
    *,
    tested: pd.DataFrame | None = None,
    parts: Mapping[str, str] | None = None,
    test_only: bool = False,
    allow_shared: Collection[str] = (),
) -> ExternalImages:
    """The images of a set that the cells of `home` can be tested on.

    `tested` are the rows of home's own test images, all of its images without it. `parts` maps the set's body
    parts to those of `home`; without it, equal names are the same part. With `test_only` they are those of
    the set's own test part. The labels of both are of one task, and of the same classes; of findings, those
    of `manifest` are some of home's. Raises UserError, of one line, for a part that one of the two sets
    lacks, for a set without a part in common, for a set whose labels fit in no part (`_untestable`), and for
    patients of `home` that `allow_shared` does not name.
    """
    rows = manifest.images
    if test_only:
        if not manifest.evaluated_on:
            raise UserError(f"external '{name}': it has no test part; leave out 'split: test'")
        rows = rows[rows["split"] == "test"]
    own = sorted(home.images["body_part"].unique())
    ours = _mapping(name, parts or {}, sorted(rows["body_part"].unique()), own)
    notes = []
    if left_out := sorted(set(rows["body_part"]) - ours.keys()):
        notes.append(
            f"external '{name}': left out are the parts {', '.join(left_out)}, which are not asked for"
        )
    rows = rows[rows["body_part"].isin(list(ours))].reset_index(drop=True)
    shown = rows.assign(body_part=rows["body_part"].map(ours))
    task = manifest.task
    for part, why in list(_untestable(name, shown, home.images if tested is None else tested, task)):
        notes.append(why)
        shown = shown[shown["body_part"] != part]
    if not len(shown):
        wanted = "both classes, normal and abnormal" if task.is_binary else f"the {task.words} of home"
        raise UserError(f"external '{name}': no body part has {wanted}: nothing can be tested")
    notes += _on_findings(name, shown, task, home.task)
    rows = rows.loc[shown.index].reset_index(drop=True)
    _refuse_shared(name, rows, home, allow_shared)
    shown = shown.reset_index(drop=True)[image_columns(task)]
    shown = shown.assign(**{column: name + "/" + shown[column] for column in ("study", "patient")})
    kept = replace(manifest, images=rows, others=pd.DataFrame())
    asked: JsonValue = [kept.digest(), dict(sorted(ours.items()))]
    return ExternalImages(name, kept, shown, tuple(notes), digest_of(asked)[:20])


def image_columns(task: LabelTask) -> list[str]:
    """The columns of images that a test set has: ids, body part and labels."""
    return ["image", "study", "patient", "body_part", "label"] + (
        task.label_columns if task.kind == MULTILABEL else []
    )


def _untestable(
    name: str, shown: pd.DataFrame, own: pd.DataFrame, task: LabelTask
) -> Iterator[tuple[str, str]]:
    """The parts whose labels do not fit those of home (`own`), each with a line that says so.

    A mean over classes, and kappa, are of the classes that are there: of other classes they are other
    numbers, so that a part needs the same classes as at home. Of findings it needs one that some of its
    images have, and others not.
    """
    for part, rows in shown.groupby("body_part"):
        start = f"external '{name}': "
        if task.kind == MULTILABEL:
            if not _with_both(rows, task):
                yield str(part), f"{start}no image of '{part}' differs in a finding, so it is left out"
        elif rows["label"].nunique() < 2:
            yield str(part), f"{start}every image of '{part}' has one class, so it is left out"
        elif not task.is_binary:
            here = set(own["label"][own["body_part"] == part])
            if other := here ^ set(rows["label"]):
                names = ", ".join(f"'{task.classes[number]}'" for number in sorted(other))
                why = f"the {task.word} {names} is not in both test sets"
                yield str(part), f"{start}of '{part}' {why}, so it is left out"


def _with_both(rows: pd.DataFrame, task: LabelTask) -> list[str]:
    """The findings that some of these images have, and others, where it was read, have not."""
    truth = task.truth(rows)
    both = (truth == 1).any(axis=0) & (truth == 0).any(axis=0)
    return [task.classes[place] for place in np.flatnonzero(both)]


def _on_findings(name: str, shown: pd.DataFrame, task: LabelTask, home: LabelTask) -> Iterator[str]:
    """Lines on the findings of home that are not judged on the set, or not in one of its parts."""
    if task.kind != MULTILABEL:
        return
    if lacking := [one for one in home.classes if one not in task.classes]:
        yield f"external '{name}': not judged on it, at home neither: {', '.join(lacking)}"
    for part, rows in shown.groupby("body_part"):
        if single := [one for one in task.classes if one not in _with_both(rows, task)]:
            yield f"external '{name}': not judged in '{part}', for want of both values: {', '.join(single)}"


def _mapping(name: str, asked: Mapping[str, str], theirs: list[str], own: list[str]) -> dict[str, str]:
    """Their parts that are tested, with our name of each."""
    if not asked:
        both = [part for part in theirs if part in own]
        if not both:
            raise UserError(
                f"external '{name}': it shows {', '.join(theirs)}, and the grid's data set {', '.join(own)}; "
                "say which is which with 'body_parts: {theirs: ours}'"
            )
        return {part: part for part in both}
    found = {part_name(there): part_name(here) for there, here in asked.items()}
    for there, here in found.items():
        if there not in theirs:
            raise UserError(f"external '{name}': no image shows '{there}'; it has {', '.join(theirs)}")
        if here not in own:
            raise UserError(
                f"external '{name}': the grid's own data set has no '{here}'; it has {', '.join(own)}"
            )
    return found


def _refuse_shared(name: str, rows: pd.DataFrame, home: Manifest, allowed: Collection[str]) -> None:
    """Refuse patients of the grid's own data set, in any spelling, unless they are allowed by name."""
    at_home = {without_spelling(patient) for patient in home.images["patient"].unique()}
    shared = [patient for patient in rows["patient"].unique() if without_spelling(patient) in at_home]
    if EVERYONE not in allowed:
        why = (
            "is also a patient of the grid's own data set",
            "are also patients of the grid's own data set",
        )
        otherwise = f" ('allow_shared: [{EVERYONE}]' where both sets number other people alike)"
        refuse_unless_allowed(name, shared, allowed, why, otherwise)


def refuse_unless_allowed(
    name: str,
    patients: Collection[str],
    allowed: Collection[str],
    why: tuple[str, str],
    otherwise: str = "",
) -> None:
    """Raise UserError, of one line, for patients that `allow_shared` does not name each by itself.

    `why` says it of one patient, and of several.
    """
    left = sorted(set(patients) - set(allowed))
    if left:
        some = ", ".join(left[:_SHOWN]) + (", …" if len(left) > _SHOWN else "")
        raise UserError(
            f"external '{name}': {len(left):,} of its patients {of_count(len(left), *why)} ({some}); "
            f"remove them, or name them in 'allow_shared'{otherwise}"
        )
