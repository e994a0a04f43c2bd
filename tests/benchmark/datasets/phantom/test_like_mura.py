"""A phantom with MURA's numbers: they are the published ones, and a stopped drawing is gone on with."""

from collections import Counter
from pathlib import Path

import pytest
from filelock import FileLock

from benchmark.datasets.mura import read_mura
from benchmark.datasets.phantom import like_mura
from benchmark.datasets.phantom.draw import draw_phantom
from benchmark.datasets.phantom.like_mura import PATIENTS, draw_like_mura, studies_like_mura
from benchmark.datasets.verification import MURA
from benchmark.errors import UserError

SMALL = {"share": 0.003, "long_side": 32, "seed": 1}


def _files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_studies_images_and_patients_are_as_many_as_published():
    studies = studies_like_mura(0, 0.5)
    found = {}
    for study in studies:
        counts = found.setdefault((study.part, "test" if study.split == "valid" else "train"), [0] * 4)
        abnormal = study.abnormality is not None
        counts[abnormal] += 1
        counts[2 + abnormal] += len(study.views)
    assert {key: tuple(counts) for key, counts in found.items()} == MURA
    patients = Counter(split for split, _ in {(study.split, study.patient) for study in studies})
    assert patients == PATIENTS
    assert len({study.folder for study in studies}) == len(studies)


def test_a_small_share_is_read_as_mura_and_drawn_once(tmp_path):
    told = []
    folder = draw_like_mura(tmp_path / "p", **SMALL, progress=lambda done, total: told.append((done, total)))
    images = read_mura(folder).images
    assert len(images) == sum(len(study.views) for study in studies_like_mura(1, 0.5, 0.003))
    assert set(images["body_part"]) == {part for part, _ in MURA}
    assert sum(done for done, _ in told) == told[0][1] == images["study"].nunique()
    before = _files(tmp_path)
    assert draw_like_mura(tmp_path / "p", **SMALL) == folder
    assert _files(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["p"]


def test_what_was_stopped_goes_on_to_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(like_mura, "_GROUP", 10)
    draw_like_mura(tmp_path / "whole", **SMALL)
    drawn, draw_study = [], like_mura.draw_study

    def stops(folder, study, parameters):
        if len(drawn) == 25:
            raise KeyboardInterrupt
        drawn.append(study.folder)
        return draw_study(folder, study, parameters)

    monkeypatch.setattr(like_mura, "draw_study", stops)
    with pytest.raises(KeyboardInterrupt):
        draw_like_mura(tmp_path / "p", **SMALL)
    assert not (tmp_path / "p").exists()
    again = []
    monkeypatch.setattr(
        like_mura, "draw_study", lambda *given: again.append(given[1].folder) or draw_study(*given)
    )
    draw_like_mura(tmp_path / "p", **SMALL)
    assert set(drawn[:20]).isdisjoint(again)
    assert _files(tmp_path / "p") == _files(tmp_path / "whole")


def test_another_phantom_is_not_taken_for_it_nor_it_for_another(tmp_path):
    draw_like_mura(tmp_path / "p", **SMALL)
    with pytest.raises(UserError, match="another phantom"):
        draw_phantom(tmp_path / "p", patients=sum(PATIENTS.values()), long_side=32, seed=1)
    with pytest.raises(UserError, match="another phantom"):
        draw_like_mura(tmp_path / "p", **SMALL | {"seed": 2})


def test_a_second_process_does_not_draw_into_the_same_folder(tmp_path):
    with FileLock(tmp_path / ".p.begun.lock"), pytest.raises(UserError, match="another process draws"):
        draw_like_mura(tmp_path / "p", **SMALL)
