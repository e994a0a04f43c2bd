"""The phantom's patients and files: MURA's layout, the same bytes every time, and labels that nothing gives away."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import roc_auc_score

from benchmark.datasets.mura import read_mura
from benchmark.datasets.phantom.anatomy import BODY_PARTS
from benchmark.datasets.phantom.draw import (
    PHANTOM_VERSION,
    Parameters,
    Study,
    _random,
    draw_phantom,
    draw_view,
    studies_of,
)
from benchmark.errors import UserError

SMALL = {"patients": 30, "long_side": 40, "seed": 3}
TRIALS = 4000  # patients planned (not drawn) to look for leaks: a standard error of an AUROC of about 0.009


def _files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def _studies(patients: range, seed: int = 0) -> Iterator[Study]:
    for patient in patients:
        yield from studies_of(patient, seed, 0.5, BODY_PARTS)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_phantom(tmp_path_factory.mktemp("drawn") / "p", **SMALL)


@pytest.fixture(scope="module")
def planned() -> list[Study]:
    return list(_studies(range(TRIALS)))


def test_the_mura_reader_takes_the_folder_and_finds_every_drawn_image(drawn):
    images = read_mura(drawn).images
    assert drawn.name == "MURA-v1.1"
    assert sorted(images["image"]) == sorted(p.relative_to(drawn).as_posix() for p in drawn.rglob("*.png"))
    assert images["patient"].nunique() == 30
    assert images.groupby("patient")["split"].nunique().eq(1).all()
    assert set(images["split"]) == {"train", "test"}


def test_csv_lines_are_written_as_stanford_writes_them(drawn):
    train = (drawn / "train_image_paths.csv").read_text().splitlines()
    assert train[0].startswith("MURA-v1.1/train/XR_")
    assert all((drawn.parent / line).is_file() for line in train)
    for line in (drawn / "valid_labeled_studies.csv").read_text().splitlines():
        folder, label = line.split(",")
        assert folder.startswith("MURA-v1.1/valid/XR_")
        assert folder.endswith("_positive/" if label == "1" else "_negative/")


def test_every_abnormal_image_and_no_other_has_a_box_within_it(drawn):
    rows = list(csv.DictReader((drawn / "abnormalities.csv").read_text().splitlines()))
    positive = {p.relative_to(drawn).as_posix() for p in drawn.rglob("*_positive/*.png")}
    assert [row["image"] for row in rows] == sorted({row["image"] for row in rows}, key=_patient_first)
    assert {row["image"] for row in rows} == positive
    for row in rows:
        with Image.open(drawn / row["image"]) as image:
            width, height = image.size
        assert 0 <= int(row["x0"]) < int(row["x1"]) <= width
        assert 0 <= int(row["y0"]) < int(row["y1"]) <= height


def _patient_first(image: str) -> list[str]:
    return image.split("/")[2:]


def test_two_processes_draw_the_same_bytes_as_one(drawn, tmp_path):
    assert _files(draw_phantom(tmp_path / "p", jobs=2, **SMALL)) == _files(drawn)


def test_more_patients_leave_the_earlier_ones_as_they_are(drawn, tmp_path):
    more = _files(draw_phantom(tmp_path / "p", **SMALL | {"patients": 41}))
    earlier = {name: content for name, content in _files(drawn).items() if name.endswith(".png")}
    assert earlier.items() <= more.items()


@pytest.mark.parametrize("other", [{"seed": 4}, {"difficulty": 0.9}])
def test_another_seed_or_difficulty_draws_other_images(drawn, tmp_path, other):
    images = {
        c for n, c in _files(draw_phantom(tmp_path / "p", **SMALL | other)).items() if n.endswith(".png")
    }
    assert images.isdisjoint(_files(drawn).values())


def test_keys_that_differ_by_zeros_have_streams_of_their_own():
    """Else default_rng([0, 5]), which plans a label, and default_rng([0, 5, 0]) would be one stream."""
    keys = ((5,), (5, 0), (5, 0, 0), (0, 5), (5, 1, 1), (5, 0, 1))
    assert len({_random(0, *key).random() for key in keys}) == len(keys)


def test_two_images_of_one_view_and_study_are_two_exposures():
    study = replace(next(_studies(range(1))), views=("ap", "ap"), abnormality=None)
    first, second = (draw_view(study, n, Parameters(1, 0.5, 0, 40, BODY_PARTS))[0] for n in (1, 2))
    assert not np.array_equal(first, second)


def test_a_finished_phantom_is_kept(drawn):
    before = {p: p.stat().st_mtime_ns for p in drawn.parent.rglob("*")}
    assert draw_phantom(drawn.parent, **SMALL) == drawn
    assert {p: p.stat().st_mtime_ns for p in drawn.parent.rglob("*")} == before


@pytest.mark.parametrize("other", [{"seed": 4}, {"patients": 31}, {"body_parts": ["hand"]}])
def test_a_phantom_of_other_parameters_is_not_overwritten(drawn, other):
    before = _files(drawn.parent)
    with pytest.raises(UserError, match="another phantom") as error:
        draw_phantom(drawn.parent, **SMALL | other)
    assert str(drawn.parent) in str(error.value)
    assert next(iter(other)) in str(error.value)
    assert _files(drawn.parent) == before


def test_a_phantom_of_an_older_version_is_not_taken_for_this_one(tmp_path):
    draw_phantom(tmp_path / "p", patients=1, long_side=40)
    record = json.loads((tmp_path / "p" / "phantom.json").read_text())
    (tmp_path / "p" / "phantom.json").write_text(json.dumps(record | {"version": PHANTOM_VERSION - 1}))
    with pytest.raises(UserError, match="version"):
        draw_phantom(tmp_path / "p", patients=1, long_side=40)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(UserError, match="not empty and holds no phantom"):
        draw_phantom(tmp_path, patients=1)
    with pytest.raises(UserError, match="holds no phantom"):
        draw_phantom(tmp_path / "thesis.tex", patients=1)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_an_interrupted_drawing_leaves_nothing_behind(tmp_path):
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_phantom(tmp_path / "p", progress=interrupt, **SMALL)
    assert list(tmp_path.iterdir()) == []


def test_two_processes_that_draw_the_same_phantom_at_once_both_end_well(drawn, tmp_path):
    def other_process_ends(done: int, total: int) -> None:
        copytree(drawn.parent, tmp_path / "p", dirs_exist_ok=True)

    folder = draw_phantom(tmp_path / "p", progress=other_process_ends, **SMALL)
    assert _files(folder) == _files(drawn)
    assert [p.name for p in tmp_path.iterdir()] == ["p"]


def test_progress_adds_up_to_all_patients(tmp_path):
    steps: list[tuple[int, int]] = []
    draw_phantom(tmp_path / "p", progress=lambda done, total: steps.append((done, total)), **SMALL)
    assert sum(done for done, _ in steps) == 30
    assert {total for _, total in steps} == {30}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"patients": 0}, "patients: 0"),
        ({"difficulty": 1.01}, "difficulty: 1.01"),
        ({"difficulty": float("nan")}, "difficulty: nan"),
        ({"seed": -1}, "seed: -1"),
        ({"long_side": 8}, "long_side: 8"),
        ({"body_parts": ["hand", "elbw"]}, "'elbw'; did you mean 'elbow'"),
        ({"body_parts": []}, "body_parts: none"),
        ({"body_parts": ["hand", "hand"]}, "body_parts: hand, hand"),
    ],
)
def test_parameters_out_of_range_are_named_before_anything_is_written(tmp_path, wrong, message):
    with pytest.raises(UserError) as error:
        draw_phantom(tmp_path / "p", **SMALL | wrong)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_the_abnormal_share_is_as_asked_and_a_tenth_is_valid(planned):
    assert np.mean([s.abnormality is not None for s in planned]) == pytest.approx(0.4, abs=0.025)
    assert len({s.patient for s in planned if s.split == "valid"}) == TRIALS // 10
    assert {len(s.views) for s in planned} == {1, 2, 3}


@pytest.mark.parametrize("seed", range(8))
def test_the_valid_part_holds_both_classes_as_soon_as_it_can(seed):
    def labels(patients: int) -> set[tuple[str, bool]]:
        studies = _studies(range(9, patients, 10), seed)
        return {(s.part, s.abnormality is not None) for s in studies if s.number == 1}

    assert {label for _, label in labels(20)} == {True, False}
    assert len(labels(140)) == 2 * len(BODY_PARTS)


def test_patients_have_one_or_two_studies_and_some_two_body_parts(planned):
    parts: dict[int, list[str]] = {}
    for study in planned:
        parts.setdefault(study.patient, []).append(study.part)
    share = {n: np.mean([len(p) == n for p in parts.values()]) for n in (1, 2)}
    assert share[1] == pytest.approx(0.8, abs=0.03)
    assert share[2] == pytest.approx(0.2, abs=0.03)
    assert any(len(set(p)) == 2 for p in parts.values())


@pytest.mark.parametrize("split", ["train", "valid"])
@pytest.mark.parametrize(
    "clue",
    [
        lambda s: s.number,
        lambda s: s.patient,
        lambda s: s.patient % 20,
        lambda s: len(s.views),
        lambda s: s.views[0] == "ap",
        lambda s: BODY_PARTS.index(s.part),
    ],
    ids=["study number", "patient number", "patient parity", "views", "first view", "body part"],
)
def test_the_plan_of_a_study_does_not_give_its_label_away(planned, split, clue):
    mine = [s for s in planned if s.split == split]
    auroc = roc_auc_score([s.abnormality is not None for s in mine], [clue(s) for s in mine])
    error = np.sqrt((len(mine) + 1) / (12 * len(mine) ** 2 * 0.24))
    assert abs(auroc - 0.5) < 3.5 * error


@pytest.mark.parametrize("split", ["train", "valid"])
def test_a_patients_label_does_not_tell_the_next_ones(planned, split):
    labels = np.array([s.abnormality is not None for s in planned if s.split == split and s.number == 1])
    agreement = np.mean(labels[1:] == labels[:-1])
    assert abs(agreement - 0.52) < 3.5 * 0.5 / np.sqrt(len(labels))  # 0.4² + 0.6²


@pytest.mark.parametrize("kind", ["lesion", "implant"])
def test_outside_its_box_an_abnormal_image_is_the_normal_one_pixel_by_pixel(planned, kind):
    """Size, exposure, noise, marker and collimation cannot tell the label, being the same."""
    parameters = Parameters(TRIALS, 0.5, 0, 96, BODY_PARTS)
    studies = [s for s in planned if s.abnormality and s.abnormality.kind == kind][:30]
    for study in studies:
        abnormal, box = draw_view(study, 1, parameters)
        normal, none = draw_view(replace(study, abnormality=None), 1, parameters)
        assert none is None
        assert box is not None
        assert abnormal.shape == normal.shape
        outside = np.ones(normal.shape, bool)
        outside[box[1] : box[3], box[0] : box[2]] = False
        np.testing.assert_array_equal(abnormal[outside], normal[outside])


@pytest.mark.parametrize("kind", ["fracture", "dislocation"])
def test_a_moved_bone_keeps_the_size_and_most_of_the_image(planned, kind):
    parameters = Parameters(TRIALS, 0.5, 0, 96, BODY_PARTS)
    studies = [s for s in planned if s.abnormality and s.abnormality.kind == kind][:30]
    for study in studies:
        abnormal, _ = draw_view(study, 1, parameters)
        normal, _ = draw_view(replace(study, abnormality=None), 1, parameters)
        assert abnormal.shape == normal.shape
        assert 0 < np.mean(abnormal != normal) < 0.5
