"""A shortcut goes with the label as often as is asked for, and nothing else of the phantom changes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import benchmark as bm
from benchmark.datasets.kinds import DATASET_KINDS, PhantomDataset
from benchmark.datasets.phantom.anatomy import BODY_PARTS
from benchmark.datasets.phantom.draw import draw_phantom, has_shortcut, studies_of
from benchmark.datasets.phantom.planted import SHORTCUTS, Planted
from benchmark.errors import UserError

SMALL = {"patients": 20, "long_side": 48, "seed": 3}


def share_with(abnormal: bool, planted: Planted) -> float:
    studies = [one for patient in range(2000) for one in studies_of(patient, 0, 0.5, BODY_PARTS)]
    own = [has_shortcut(one, planted, 0) for one in studies if (one.abnormality is not None) == abnormal]
    return float(np.mean(own))


def test_the_shares_are_those_that_were_asked_for() -> None:
    planted = Planted("letter", 0.9, 0.2)
    assert share_with(True, planted) == pytest.approx(0.9, abs=0.03)
    assert share_with(False, planted) == pytest.approx(0.2, abs=0.03)
    assert (share_with(True, Planted("letter", 1, 0)), share_with(False, Planted("letter", 1, 0))) == (1, 0)


@pytest.mark.parametrize("kind", SHORTCUTS)
def test_only_the_shortcut_differs_from_the_phantom_without_it(kind: str, tmp_path: Path) -> None:
    plain = draw_phantom(tmp_path / "plain", **SMALL)
    drawn = draw_phantom(tmp_path / "drawn", **SMALL, shortcut=Planted(kind, 1.0, 0.0))
    names = sorted(path.relative_to(plain) for path in plain.rglob("*.png"))
    assert names == sorted(path.relative_to(drawn) for path in drawn.rglob("*.png"))
    for name in names:
        one, other = (np.asarray(Image.open(folder / name), np.int16) for folder in (plain, drawn))
        changed = (one != other).mean()
        expected = kind == "letter" or "positive" in str(name)
        assert (changed > 0) == expected
        assert changed < 0.2
    assert "shortcut" not in (tmp_path / "plain" / "phantom.json").read_text(), "as before there were any"


def test_a_folder_with_another_shortcut_is_another_phantom(tmp_path: Path) -> None:
    draw_phantom(tmp_path / "p", **SMALL, shortcut=Planted("letter", 1.0, 0.0))
    for other in (None, Planted("letter", 0.5, 0.0)):
        with pytest.raises(UserError, match="holds another phantom"):
            draw_phantom(tmp_path / "p", **SMALL, shortcut=other)


def test_a_grid_has_the_shortcut_as_a_column_before_and_after_it_is_drawn(tmp_path: Path) -> None:
    settings = {"kind": "phantom", "shortcut": {"kind": "hardware", "abnormal": 1.0, "normal": 0.0}, **SMALL}
    keys, kind = PhantomDataset.model_validate(settings), DATASET_KINDS["phantom"]
    assert kind.plan is not None
    planned, drawn = kind.plan(keys, tmp_path), kind.read(keys, tmp_path, 1)
    for manifest in (planned, drawn):
        said = manifest.describing()["shortcut"]
        assert (said == np.where(manifest.images["label"] == 1, "yes", "no")).all()
    assert planned.images.equals(drawn.images)
    without = PhantomDataset.model_validate({"kind": "phantom", **SMALL})
    assert without.asked() == {"kind": "phantom", **SMALL}, "cells of a phantom without one keep their ids"
    assert "shortcut" not in without.drawing()


@pytest.mark.slow
def test_a_shipped_grid_fine_tunes_at_home_and_freezes_away(tmp_path: Path) -> None:
    results = bm.run("shortcut_away", tmp_path, jobs=1, device="cpu", track=False)
    (row,) = results.external().to_dict("records")
    assert (row["home_verdict"], row["away_verdict"], row["verdict"]) == ("fine-tune", "freeze", "freeze")
    assert row["home"] > 0 > row["away"]
    assert row["high"] < 0
    assert row["p_adjusted"] <= 0.05


@pytest.mark.slow
def test_a_shortcut_in_half_of_the_positives_decides_over_all_studies_and_in_no_group(tmp_path: Path) -> None:
    results = bm.run("shortcut_half", tmp_path, jobs=1, device="cpu", track=False)
    (whole,) = results.compare().to_dict("records")
    assert whole["verdict"] == "fine-tune"
    groups = results.group_verdicts().set_index("group")
    assert groups.loc["no", "verdict"] not in ("fine-tune", "freeze")
    assert groups.loc["no", "second"] < whole["second"] - 0.05, "what is left without the shortcut"
    assert "of the rarer label, fewer than" in groups.loc["yes", "why_not"]
