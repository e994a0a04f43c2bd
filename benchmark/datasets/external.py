"""A test set of another hospital: its images under the grid's names of body parts, checked against home."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from benchmark.datasets.manifest import Manifest, part_name
from benchmark.datasets.names import EVERY_PART
from benchmark.datasets.spelling import without_spelling
from benchmark.errors import UserError
from extractors.digests import JsonValue, digest_of
from results.counts import of_count
from results.label_tasks import LABEL, MULTILABEL, LabelTask

EVERYONE = "all"  # in `allow_shared`: every patient whose id alone is shared
_SHOWN = 3  # names in a message


@dataclass(frozen=True, eq=False)
class ExternalImages:
    """The images of an external set that are tested.

    `manifest` holds them as the set writes them, and `images` as predictions do (`image_columns`), row by
    row: the parts by the grid's names, and patients and studies after the set's
    name, so that nobody is taken for a patient of the grid's own data set. `notes` say what was left out.
    Cells of the body parts `untested` are not tested on it, though other cells are on their images.
    """

    name: str
    manifest: Manifest
    images: pd.DataFrame
    notes: tuple[str, ...]
    digest: str
    untested: frozenset[str] = frozenset()

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
    body_parts: Collection[str] = (),
    parts: Mapping[str, str] | None = None,
    test_only: bool = False,
    allow_shared: Collection[str] = (),
) -> ExternalImages:
    """The images of a set that the cells of `home` can be tested on.

    `tested` are the rows of home's own test images, all of its images without it. `body_parts` are those of
    the grid's cells, each part without it: the labels of each must fit. `parts` maps the set's body parts to
    those of `home`; without it, equal names are the same part. With `test_only` they are those of the set's
    own test part. Raises UserError, of one line, for labels of another task or of other classes, for a part
    that one of the two sets lacks, for a set without a part in common, for a set whose labels fit in no part
    (`_untestable`), and for patients of `home` that `allow_shared` does not name.
    """
    manifest = _with_labels_of(name, manifest, home.task)
    rows = manifest.images
    if test_only:
        if not manifest.evaluated_on:
            raise UserError(f"external '{name}': it has no test part; leave out 'split: test'")
        rows = rows[rows["split"] == "test"]
    own = sorted(home.images["body_part"].unique())
    ours = _mapping(name, parts or {}, sorted(rows["body_part"].unique()), own)
    notes = []
    if left_out := sorted(set(rows["body_part"]) - ours.keys()):
        the_parts = of_count(len(left_out), "is the part", "are the parts")
        not_asked = of_count(len(left_out), "is not asked for", "are not asked for")
        notes.append(f"external '{name}': left out {the_parts} {', '.join(left_out)}, which {not_asked}")
    rows = rows[rows["body_part"].isin(list(ours))].reset_index(drop=True)
    shown = rows.assign(body_part=rows["body_part"].map(ours))
    task = manifest.task
    scopes = _scopes(shown, body_parts, task)
    unfit = _untestable(name, scopes, home.images if tested is None else tested, task)
    notes += unfit.values()
    shown = _testable(shown, unfit, scopes)
    if not len(shown):
        wanted = "both classes, normal and abnormal" if task.is_binary else f"the {task.words} of home"
        raise UserError(f"external '{name}': no body part has {wanted}: nothing can be tested")
    notes += _on_findings(name, {part: scopes[part] for part in scopes if part not in unfit}, task, home.task)
    rows = rows.loc[shown.index].reset_index(drop=True)
    _refuse_shared(name, rows, home, allow_shared)
    shown = shown.reset_index(drop=True)[image_columns(task)]
    shown = shown.assign(**{column: name + "/" + shown[column] for column in ("study", "patient")})
    kept = replace(manifest, images=rows, others=pd.DataFrame())
    asked: JsonValue = [kept.digest(), dict(sorted(ours.items()))]
    return ExternalImages(name, kept, shown, tuple(notes), digest_of(asked)[:20], frozenset(unfit))


def image_columns(task: LabelTask) -> list[str]:
    """The columns of images that a test set has: ids, body part and labels."""
    return ["image", "study", "patient", "body_part", "label"] + (
        task.label_columns if task.kind == MULTILABEL else []
    )


def _with_labels_of(name: str, manifest: Manifest, home: LabelTask) -> Manifest:
    """The set with the labels of home: the same classes or grades, or the findings that both have.

    A manifest was read so; a phantom has its own classes. Raises UserError for another task, for other
    classes, and without a finding of both.
    """
    task = manifest.task
    if task.kind != home.kind:
        raise UserError(
            f"external '{name}': its task is {task.kind}, and that of the grid's own data set is "
            f"{home.kind}: give it labels of this task (a phantom: 'task: {home.kind}')"
        )
    if task.classes == home.classes:
        return manifest
    if task.kind == MULTILABEL and (both := tuple(one for one in home.classes if one in task.classes)):
        others = [LABEL + one for one in task.classes if one not in both]
        return replace(
            manifest, images=manifest.images.drop(columns=others), task=replace(task, classes=both)
        )
    raise UserError(
        f"external '{name}': its {task.words} are {', '.join(task.classes)}, and those of the grid's own "
        f"data set {', '.join(home.classes)}: give it a manifest with the {task.words} of home"
    )


def _scopes(shown: pd.DataFrame, body_parts: Collection[str], task: LabelTask) -> dict[str, pd.DataFrame]:
    """The images of each body part of the grid's cells, `all` first; of two classes those of each part."""
    parts: dict[str, pd.DataFrame] = {str(part): rows for part, rows in shown.groupby("body_part")}
    if task.is_binary or not body_parts:
        return parts
    whole = {EVERY_PART: shown} if EVERY_PART in body_parts else {}
    return whole | {part: rows for part, rows in parts.items() if part in body_parts}


def _testable(
    shown: pd.DataFrame, unfit: Collection[str], scopes: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """The images without the parts that do not fit; all of them for cells of all parts."""
    if unfit and not scopes.keys() - unfit:
        return shown[:0]
    if EVERY_PART in scopes:
        return shown
    return shown[~shown["body_part"].isin(list(unfit))]


def other_classes_text(names: Collection[str], task: LabelTask) -> str:
    """What is wrong with classes or grades that one test set lacks."""
    the_classes = of_count(len(names), f"the {task.word}", f"the {task.words}")
    quoted = ", ".join(f"'{name}'" for name in names)
    return f"{the_classes} {quoted} {of_count(len(names), 'is', 'are')} not in both test sets"


def _untestable(
    name: str, scopes: Mapping[str, pd.DataFrame], own: pd.DataFrame, task: LabelTask
) -> dict[str, str]:
    """The parts whose labels do not fit those of home (`own`), each with a line that says so.

    A mean over classes, and kappa, are of the classes that are there: of other classes they are other
    numbers, so that a part needs the same classes as at home. Of findings it needs one that some of its
    images have, and others not.
    """
    found = {}
    for part, rows in scopes.items():
        start = f"external '{name}': "
        by_itself = EVERY_PART in scopes and part != EVERY_PART
        end = "so it is not judged by itself" if by_itself else "so it is left out"
        if task.kind == MULTILABEL:
            if not _with_both(rows, task):
                found[part] = f"{start}no image of '{part}' differs in a finding, {end}"
        elif rows["label"].nunique() < 2:
            found[part] = f"{start}every image of '{part}' has one class, {end}"
        elif not task.is_binary:
            at_home = own if part == EVERY_PART else own[own["body_part"] == part]
            if other := set(at_home["label"]) ^ set(rows["label"]):
                why = other_classes_text([task.classes[number] for number in sorted(other)], task)
                found[part] = f"{start}of '{part}' {why}, {end}"
    return found


def _with_both(rows: pd.DataFrame, task: LabelTask) -> list[str]:
    """The findings that some of these images have, and others, where it was read, have not."""
    truth = task.truth(rows)
    both = (truth == 1).any(axis=0) & (truth == 0).any(axis=0)
    return [task.classes[place] for place in np.flatnonzero(both)]


def _on_findings(
    name: str, scopes: Mapping[str, pd.DataFrame], task: LabelTask, home: LabelTask
) -> Iterator[str]:
    """Lines on the findings of home that are not judged on the set, or not in one of its parts."""
    if task.kind != MULTILABEL:
        return
    if lacking := [one for one in home.classes if one not in task.classes]:
        yield f"external '{name}': not judged on it, at home neither: {', '.join(lacking)}"
    for part, rows in scopes.items():
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
