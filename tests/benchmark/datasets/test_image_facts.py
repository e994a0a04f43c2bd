import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import EpsImagePlugin, Image

from benchmark.datasets.explore import explore
from benchmark.datasets.image_facts import facts_of, is_constant, kinds_table, uses_little, with_facts
from benchmark.datasets.manifest import Manifest
from benchmark.datasets.verification import verify
from benchmark.errors import UserError
from extractors.pixels import UnreadableImageError, decode
from tests.extractors.image_cases import POSTSCRIPT, ghostscript_that_leaves_a_mark, with_broken_exif

COLUMNS = ["image", "patient", "study", "body_part", "label", "split"]


def noise(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (40, 30), dtype=np.uint8)


def disc(inverted: bool = False) -> NDArray[np.uint8]:
    """A bright disc on a dark ground."""
    rows, columns = np.ogrid[-20:20, -20:20]
    pixels = np.where(rows**2 + columns**2 < 200, 200, 10).astype(np.uint8)
    return 255 - pixels if inverted else pixels


def of(folder: Path, **pictures: NDArray[np.generic]) -> pd.DataFrame:
    """The facts of these pictures, each of its own patient; labels alternate."""
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(folder / f"{name}.png")
    return with_facts(manifest_of(folder, [f"{name}.png" for name in pictures]))


def manifest_of(folder: Path, names: list[str]) -> Manifest:
    rows = [(name, f"p{n}", f"p{n}/1", "hand", n % 2, "train") for n, name in enumerate(names)]
    return Manifest(folder, pd.DataFrame(rows, columns=COLUMNS), "")


def test_header_and_grey_values_are_told(tmp_path: Path) -> None:
    rows = of(tmp_path, grey=noise(), rgb=np.dstack([noise()] * 3), deep=noise().astype(np.uint16) * 257)
    assert rows[["format", "mode", "bits"]].to_numpy().tolist() == [
        ["PNG", "L", 8],
        ["PNG", "RGB", 8],
        ["PNG", "I;16", 16],
    ]
    assert set(rows["width"]) == {30}
    assert set(rows["height"]) == {40}
    assert rows["digest"][0] == rows["digest"][1] != rows["digest"][2]


def test_an_image_of_one_grey_level_is_constant(tmp_path: Path) -> None:
    rows = of(tmp_path, black=np.zeros((9, 9), np.uint8), grey=np.full((9, 9), 77, np.uint8), noise=noise())
    assert is_constant(rows).tolist() == [True, True, False]
    assert not uses_little(rows).any()


def test_an_image_in_a_corner_of_the_grey_levels_uses_little(tmp_path: Path) -> None:
    few = (noise() // 32 * 32).astype(np.uint8)
    assert uses_little(of(tmp_path, narrow=noise() // 16 + 100, few=few, noise=noise())).tolist() == [
        True,
        True,
        False,
    ]


def test_a_bright_frame_around_a_dark_centre_looks_inverted(tmp_path: Path) -> None:
    rows = of(
        tmp_path,
        plain=disc(),
        turned=disc(inverted=True),
        noise=noise(),
        white=np.full((9, 9), 255, np.uint8),
    )
    assert rows["inverted"].tolist() == [False, True, False, False]


def test_kinds_are_counted_per_split_and_label(tmp_path: Path) -> None:
    table = kinds_table(
        of(tmp_path, a=disc(), b=disc(inverted=True), c=noise(), d=np.zeros((9, 9), np.uint8))
    )
    assert table["images"].tolist() == [2, 2]
    assert table[["look_inverted", "constant"]].to_numpy().tolist() == [[0, 0], [1, 1]]


def test_verify_and_run_agree_on_what_cannot_be_read(tmp_path: Path) -> None:
    """Files of every kind, whole, cut off and with damaged metadata."""
    for name in ("a.png", "a.jpg", "a.tif", "a.bmp"):
        Image.fromarray(noise()).save(tmp_path / name)
        (tmp_path / f"cut-{name}").write_bytes((tmp_path / name).read_bytes()[:300])
    (tmp_path / "exif.png").write_bytes(with_broken_exif((tmp_path / "a.png").read_bytes()))
    (tmp_path / "eps.png").write_bytes(POSTSCRIPT)
    reasons = {path.name: facts_of(path).error for path in tmp_path.iterdir()}
    unreadable = {name for name, reason in reasons.items() if reason}
    for name, reason in reasons.items():
        if name in unreadable:
            with pytest.raises(
                UnreadableImageError, match=re.escape(f"{name}: cannot be read as an image ({reason})")
            ):
                decode(tmp_path / name, 16, "pad")
        else:
            decode(tmp_path / name, 16, "pad")
    assert {"exif.png", "eps.png", "cut-a.png", "cut-a.tif", "cut-a.bmp"} <= unreadable


def test_verify_and_explore_start_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EpsImagePlugin, "gs_binary", None)
    mark = ghostscript_that_leaves_a_mark(tmp_path, monkeypatch)
    (tmp_path / "x.png").write_bytes(POSTSCRIPT)
    manifest = manifest_of(tmp_path, ["x.png"])
    assert "DATA002" in {finding.code for finding in verify(manifest) if finding.severity == "error"}
    with pytest.raises(UserError, match=r"x\.png: not an image"):
        explore(manifest, tmp_path / "out")
    assert not mark.exists()
