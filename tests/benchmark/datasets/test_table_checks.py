import numpy as np
import pandas as pd
import pytest

from benchmark.datasets.finding import Finding
from benchmark.datasets.table_checks import (
    leaky_parts,
    parts_written_differently,
    patients_in_two_splits,
    patients_written_differently,
    single_class_parts,
    split_findings,
    studies_with_two_labels,
)
from results.label_tasks import LabelTask

SOUND = [
    ("p", "hand", 0, "train"),
    ("q", "hand", 1, "train"),
    ("r", "hand", 0, "test"),
    ("s", "hand", 1, "test"),
]


def table(*rows: tuple[str, str, int, str]) -> pd.DataFrame:
    images = pd.DataFrame(rows, columns=["patient", "body_part", "label", "split"])
    return images.assign(image=[f"{n}.png" for n in range(len(rows))], study=images["patient"] + "/1")


def said(
    images: pd.DataFrame, parts: tuple[str, ...] = ("all",), protocol: str = "official"
) -> list[Finding]:
    test = images["split"].to_numpy() == "test"
    return split_findings(images, np.flatnonzero(~test), np.flatnonzero(test), parts, protocol)


def leaky(images: pd.DataFrame, *parts: str) -> frozenset[str]:
    test = images["split"].to_numpy() == "test"
    return leaky_parts(images, np.flatnonzero(~test), np.flatnonzero(test), parts)


def test_a_sound_table_has_no_finding() -> None:
    images = table(*SOUND)
    assert said(images) == []
    assert leaky(images, "all", "hand") == frozenset()


def test_a_patient_on_both_sides_is_found() -> None:
    images = table(*SOUND, ("p", "hand", 0, "test"))
    assert patients_in_two_splits(images).examples == ("p",)
    assert [f.code for f in said(images)] == ["DATA003"]
    assert leaky(images, "all", "hand") == {"all", "hand"}


def test_shared_patients_are_no_finding_of_a_split_by_image() -> None:
    assert said(table(*SOUND, ("p", "hand", 0, "test")), protocol="image") == []


def test_a_patient_in_two_ways_is_a_warning_and_over_the_split_an_error_and_a_leak() -> None:
    same_side = table(*SOUND, ("007", "hand", 0, "train"), ("7.0", "hand", 0, "train"))
    found = patients_written_differently(same_side)
    assert (found.severity, found.examples) == ("warning", ("'007' = '7.0'",))
    assert leaky(same_side, "all") == frozenset()
    across = table(*SOUND, ("007", "hand", 0, "train"), ("7.0", "hand", 0, "test"))
    found = patients_written_differently(across)
    assert (found.code, found.severity) == ("DATA020", "error")
    assert "keep ids as text" in found.message
    assert leaky(across, "all") == {"all"}


def test_patients_who_share_other_parts_only_do_not_leak_into_a_part() -> None:
    images = table(
        *SOUND,
        ("p", "wrist", 0, "test"),
        ("t", "wrist", 1, "test"),
        ("u", "wrist", 0, "train"),
        ("v", "wrist", 1, "train"),
    )
    assert leaky(images, "all", "hand", "wrist") == {"all"}


@pytest.mark.parametrize("side", ["train", "test"])
def test_one_class_only_is_found_for_the_parts_that_are_asked_for(side: str) -> None:
    images = table(*SOUND, ("t", "wrist", 1, side))
    assert single_class_parts(images).examples == (f"wrist {side}",)
    assert [f.code for f in said(images)] == ["DATA005"]
    assert said(images, ("hand",)) == []


def test_studies_with_both_labels_are_found() -> None:
    images = table(("p", "hand", 0, "train"), ("p", "hand", 1, "train"))
    assert studies_with_two_labels(images).examples == ("p/1",)


@pytest.mark.parametrize("other", ["Hand", "h and", "hаnd"])  # the last with a Cyrillic letter
def test_body_parts_that_look_alike_are_found(other: str) -> None:
    found = parts_written_differently(table(*SOUND, ("t", other, 0, "train")))
    assert (found.code, found.severity, len(found.examples)) == ("DATA021", "error", 1)


def test_errors_come_before_warnings() -> None:
    images = table(*SOUND, ("07", "hand", 0, "train"), ("7", "hand", 0, "train"), ("t", "wrist", 1, "test"))
    assert [f.severity for f in said(images)] == ["error", "warning"]


def test_a_class_that_lacks_patients_of_one_body_part_is_named_with_the_part() -> None:
    rows = [
        (f"{part}{split}{label}", part, label, split)
        for part in ("hand", "wrist")
        for split in ("train", "test")
        for label in range(3)
        if (part, split, label) != ("wrist", "test", 2)
    ]
    images, grades = table(*rows), LabelTask("ordinal", ("none", "mild", "severe"))
    test = images["split"].to_numpy() == "test"
    sides = np.flatnonzero(~test), np.flatnonzero(test)
    (named,) = split_findings(images, *sides, ("all", "wrist"), "official", grades)
    assert named.examples == ("wrist test: severe",)
    assert split_findings(images, *sides, ("all", "hand"), "official", grades) == []
    assert split_findings(images, *sides, ("all",), "official", grades) == []


def test_classes_without_a_patient_in_a_split_are_named_in_one_line() -> None:
    grades = LabelTask("ordinal", ("none", "mild", "severe"))
    images = table(*SOUND, ("t", "hand", 2, "train"))
    found = single_class_parts(images, grades)
    assert found.line() == (
        "DATA005: grades without a patient in a split: 1; metrics are over the others; leave the class out of "
        "the data, or divide it anew (test: severe)"
    )
    assert found.severity == "warning"
    whole = table(*SOUND, ("t", "hand", 2, "train"), ("u", "hand", 2, "test"))
    assert single_class_parts(whole, grades).severity == "ok"
    test = images["split"].to_numpy() == "test"
    rows = np.flatnonzero(~test), np.flatnonzero(test)
    assert [f.code for f in split_findings(images, *rows, ("all",), "official", grades)] == ["DATA005"]


def test_a_finding_that_no_patient_of_a_split_has_is_named() -> None:
    images = table(*SOUND).assign(**{"label:mass": [0.0, 1.0, 0.0, np.nan]})
    assert single_class_parts(images, LabelTask("multilabel", ("mass",))).examples == ("test: mass",)
