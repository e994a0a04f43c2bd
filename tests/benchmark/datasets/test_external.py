"""Images of another hospital: whose parts, classes and patients fit, each misfit one line."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmark.datasets.external import EVERYONE, external_images, refuse_unless_allowed
from benchmark.datasets.manifest import Manifest
from benchmark.errors import UserError
from results.label_tasks import LabelTask


def manifest_of(folder: Path, rows: list[tuple[str, str, int]], split: str = "") -> Manifest:
    """One image per (patient, body part, label)."""
    folder.mkdir(exist_ok=True)
    images = pd.DataFrame(rows, columns=["patient", "body_part", "label"])
    images["image"] = [f"{number}.png" for number in range(len(images))]
    images["study"] = images["patient"] + "/s" + images.index.astype(str)
    images["split"] = split
    for image in images["image"]:
        (folder / image).write_bytes(b"x")
    return Manifest(folder, images, "test" if split else "")


@pytest.fixture
def home(tmp_path):
    return manifest_of(tmp_path / "home", [("p1", "hand", 0), ("p2", "wrist", 1)])


THERE = [("q1", "hand", 0), ("q2", "hand", 1), ("q3", "foot", 1)]


def test_equal_parts_are_tested_and_nobody_is_taken_for_a_patient_of_home(home, tmp_path):
    found = external_images("away", manifest_of(tmp_path / "away", THERE), home)
    assert found.images["image"].tolist() == ["0.png", "1.png"] == found.manifest.images["image"].tolist()
    assert found.images["patient"].tolist() == ["away/q1", "away/q2"]
    assert found.images["study"].tolist() == ["away/q1/s0", "away/q2/s1"]
    assert found.notes == ("external 'away': left out is the part foot, which is not asked for",)


def test_parts_have_the_names_of_home_and_enter_the_digest(home, tmp_path):
    there = manifest_of(tmp_path / "away", [("q1", "hand_pa", 0), ("q2", "hand_pa", 1)])
    as_hand, as_wrist = (
        external_images("a", there, home, parts={"Hand_PA": part}) for part in ("hand", "wrist")
    )
    assert set(as_hand.images["body_part"]) == {"hand"}
    assert as_hand.digest != as_wrist.digest
    assert as_hand.digest == external_images("b", there, home, parts={"hand_pa": "hand"}).digest


def test_the_test_part_alone_is_taken_where_asked_for(home, tmp_path):
    there = manifest_of(tmp_path / "away", THERE, split="train")
    there.images.loc[[0, 1], "split"] = "test"
    there.images.loc[len(there.images)] = ["q9", "hand", 1, "0.png", "q9/s", "train"]
    assert len(external_images("a", there, home).images) == 3
    assert len(external_images("a", there, home, test_only=True).images) == 2


@pytest.mark.parametrize(
    ("rows", "how", "said"),
    [
        ([("q1", "foot", 0)], {}, "it shows foot, and the grid's data set hand, wrist"),
        (THERE, {"parts": {"knee": "hand"}}, "no image shows 'knee'; it has foot, hand"),
        (THERE, {"parts": {"foot": "knee"}}, "the grid's own data set has no 'knee'"),
        (THERE, {"test_only": True}, "it has no test part"),
        ([("q1", "hand", 1), ("q2", "hand", 1)], {}, "no body part has both classes"),
        ([("P 01", "hand", 1), ("q2", "hand", 0)], {}, "1 of its patients is also a patient of"),
        ([("P 01", "hand", 1), ("p2", "hand", 0)], {"allow_shared": ["p2"]}, "1 of its patients"),
    ],
)
def test_a_set_that_does_not_fit_is_one_line(home, tmp_path, rows, how, said):
    with pytest.raises(UserError) as caught:
        external_images("away", manifest_of(tmp_path / "away", rows), home, **how)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("allowed", [["P 01", "p2"], [EVERYONE]])
def test_shared_patients_are_tested_where_they_are_allowed_by_name(home, tmp_path, allowed):
    there = manifest_of(tmp_path / "away", [("P 01", "hand", 1), ("p2", "hand", 0)])
    assert len(external_images("a", there, home, allow_shared=allowed).images) == 2


def test_copies_of_images_are_allowed_by_name_alone():
    refuse_unless_allowed("a", ["x"], ["x"], ("is", "are"))
    with pytest.raises(UserError, match=r"2 of its patients are \(x, y\)"):
        refuse_unless_allowed("a", ["x", "y"], [EVERYONE], ("is", "are"))


def test_a_part_with_one_class_is_left_out_and_the_others_are_tested(home, tmp_path):
    there = manifest_of(tmp_path / "away", [("q1", "hand", 0), ("q2", "hand", 1), ("q3", "wrist", 1)])
    found = external_images("away", there, home)
    assert set(found.images["body_part"]) == {"hand"}
    assert found.notes == ("external 'away': every image of 'wrist' has one class, so it is left out",)


CLASSES = LabelTask("multiclass", ("a", "b", "c"))


def of_classes(folder: Path, rows: list[tuple[str, str, int]]) -> Manifest:
    return replace(manifest_of(folder, rows), task=CLASSES)


def test_a_part_has_the_classes_of_homes_test_images_or_is_left_out(tmp_path):
    parts = ("hand", "wrist")
    home = of_classes(tmp_path / "h", [(f"p{part}{n}", part, n) for part in parts for n in range(3)])
    rows = [(f"q{n}", "hand", n) for n in range(3)] + [(f"r{n}", "wrist", n) for n in range(2)]
    there = of_classes(tmp_path / "a", rows)
    found = external_images("away", there, home)
    assert set(found.images["body_part"]) == {"hand"}
    assert found.notes == (
        "external 'away': of 'wrist' the class 'c' is not in both test sets, so it is left out",
    )
    tested = home.images[home.images["label"] < 2]
    assert set(external_images("away", there, home, tested=tested).images["body_part"]) == {"wrist"}
    with pytest.raises(UserError, match="no body part has the classes of home"):
        external_images("away", there, home, tested=tested, parts={"hand": "hand"})


def test_cells_of_all_parts_need_the_classes_among_all_images_and_keep_every_part(tmp_path):
    """Few test patients of a part lack some class nearly always: cells of all parts have them together."""
    home = of_classes(tmp_path / "h", [(f"p{n}", ("hand", "wrist")[n % 2], n) for n in range(3)])
    rows = [("q0", "wrist", 0), ("q1", "hand", 1), ("q2", "hand", 2), ("q3", "hand", 0)]
    there = of_classes(tmp_path / "a", rows)
    found = external_images("away", there, home, body_parts=["all"])
    assert (len(found.images), found.notes) == (4, ())
    both = external_images("away", there, home, body_parts=["all", "hand"])
    assert (len(both.images), both.untested) == (4, {"hand"})
    assert both.notes == (
        "external 'away': of 'hand' the class 'b' is not in both test sets, so it is not judged by itself",
    )
    with pytest.raises(UserError, match="no body part has the classes of home"):
        external_images("away", there, home, body_parts=["hand"])
    lacks = of_classes(tmp_path / "l", rows[:2])
    with pytest.raises(UserError, match="no body part has the classes of home"):
        external_images("away", lacks, home, body_parts=["all"])


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (LabelTask(), "its task is binary, and that of the grid's own data set is multiclass"),
        (LabelTask("ordinal", ("a", "b", "c")), "its task is ordinal"),
        (LabelTask("multiclass", ("a", "c", "b")), "its classes are a, c, b, and those of"),
    ],
)
def test_labels_of_another_task_or_of_other_classes_are_not_taken_for_those_of_home(tmp_path, task, said):
    rows = [(f"q{n}", "hand", n) for n in range(3)]
    home = of_classes(tmp_path / "h", [(f"p{n}", "hand", n) for n in range(3)])
    there = replace(manifest_of(tmp_path / "a", rows), task=task)
    with pytest.raises(UserError, match=said) as caught:
        external_images("away", there, home)
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match="is multiclass, and that of the grid's own data set is binary"):
        external_images("away", home, replace(home, task=LabelTask()))


def test_findings_of_a_phantom_are_those_that_home_has(tmp_path):
    rows = [("q1", "hand", 0), ("q2", "hand", 1)]
    columns = {"label:x": [0.0, 1.0], "label:y": [1.0, 0.0]}

    def of_findings(folder: str, *names: str) -> Manifest:
        found = manifest_of(tmp_path / folder, rows)
        return replace(
            found, images=found.images.assign(**columns), task=LabelTask("multilabel", tuple(names))
        )

    home = of_findings("h", "y", "z")
    found = external_images("away", of_findings("a", "x", "y"), home, allow_shared=["all"])
    assert "label:x" not in found.images
    assert found.manifest.task.classes == ("y",)
    with pytest.raises(UserError, match="its findings are x, and those of the grid's own data set y, z"):
        external_images("away", of_findings("b", "x"), home, allow_shared=["all"])


def test_findings_that_are_not_judged_are_said(tmp_path):
    columns = {"label:x": [1.0, 0.0, 1.0, 0.0], "label:y": [0.0, float("nan"), 1.0, 0.0]}
    rows = [("q1", "hand", 0), ("q2", "hand", 0), ("q3", "wrist", 0), ("q4", "wrist", 0)]
    task = LabelTask("multilabel", ("x", "y"))
    there = manifest_of(tmp_path / "a", rows)
    there = replace(there, images=there.images.assign(**columns), task=task)
    home = replace(
        manifest_of(tmp_path / "h", [("p1", "hand", 0), ("p2", "wrist", 1)]),
        task=LabelTask("multilabel", ("x", "y", "z")),
    )
    found = external_images("away", there, home)
    assert found.notes == (
        "external 'away': not judged on it, at home neither: z",
        "external 'away': not judged in 'hand', for want of both values: y",
    )
    assert found.images.columns.tolist()[-2:] == ["label:x", "label:y"]
    assert found.images["label:y"].isna().tolist() == [False, True, False, False]
    there.images["label:x"] = there.images["label:y"] = 1.0
    with pytest.raises(UserError, match="no body part has the findings of home"):
        external_images("away", there, home)
