"""Image files that change below a finished grid: same size, even the same times."""

import os
from pathlib import Path
from shutil import rmtree

import numpy as np
import pytest
import yaml
from PIL import Image

import benchmark as bm
from benchmark.execution.image_state import CHANGED, ImageState
from benchmark.store.record import Finished
from extractors.file_contents import index_folder
from tests.benchmark.recorded import finished

CELLS = 2


def draw(path: Path, pixels: np.ndarray) -> None:
    """Write a picture, and set the file's times back to those that it had."""
    times = path.stat() if path.exists() else None
    Image.fromarray(pixels).save(path)
    if times:
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert path.stat().st_size == times.st_size


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A grid of CELLS cells on 40 BMP files, finished in the workspace beside it."""
    random = np.random.default_rng(0)
    lines = ["path,patient,study,body_part,label,split"]
    for number in range(40):
        label, split = number % 2, "test" if number >= 28 else "train"
        pixels = random.integers(0, 100 + 100 * label, (24, 24), dtype=np.uint8)
        draw(tmp_path / f"{number}.bmp", pixels)
        lines.append(f"{number}.bmp,p{number},1,hand,{label},{split}")
    (tmp_path / "manifest.csv").write_text("\n".join(lines))
    run(tmp_path)
    return tmp_path


def grid_of(folder: Path, seeds: tuple[int, ...] = (0,)) -> Path:
    path = folder / "grid.yaml"
    content = {
        "name": "g",
        "dataset": {"kind": "manifest", "root": "manifest.csv", "protocol": "official"},
        "image": {"size": 24},
        "seeds": list(seeds),
        "hand_crafted": {"descriptors": ["glcm"], "classifiers": ["logistic_regression", "majority"]},
        "evaluation": {"resamples": 100},
    }
    path.write_text(yaml.safe_dump(content))
    return path


def run(
    folder: Path, seeds: tuple[int, ...] = (0,), *, skip_unreadable: bool = False
) -> tuple[int, list[Finished]]:
    """Run the grid; how many cells were computed, and all records."""
    done: list[bm.Record] = []
    grid = grid_of(folder, seeds)
    results = bm.run(
        grid,
        folder / "runs",
        jobs=1,
        device="cpu",
        track=False,
        on_cell=done.append,
        skip_unreadable=skip_unreadable,
    )
    return len(done), results.cells


def statuses(folder: Path, seeds: tuple[int, ...] = (0,)) -> list[tuple[str, str]]:
    return [(p.status, p.reason) for p in bm.plan(grid_of(folder, seeds), folder / "runs").cells]


def invert(folder: Path) -> None:
    for path in sorted(folder.glob("*.bmp")):
        with Image.open(path) as image:
            pixels = 255 - np.asarray(image)
        draw(path, pixels)


def test_cells_of_old_pixels_are_computed_again_and_never_mixed(study: Path) -> None:
    old = run(study)[1][0].pixels_digest
    invert(study)
    assert statuses(study) == [("stale", CHANGED)] * CELLS
    computed, records = run(study, (0, 1))
    assert computed == 2 * CELLS
    (new,) = {record.pixels_digest for record in records}
    assert new != old
    assert run(study, (0, 1))[0] == 0


def test_plan_and_run_notice_the_change_without_a_cache(study: Path) -> None:
    invert(study)
    rmtree(study / "runs/.cache")
    assert statuses(study) == [("stale", CHANGED)] * CELLS
    assert run(study)[0] == CELLS


def test_where_nothing_is_known_of_the_files_plan_says_so_and_run_reads_them(
    study: Path, caplog: pytest.LogCaptureFixture
) -> None:
    invert(study)
    rmtree(index_folder(study / "runs/.cache"))
    assert {status for status, _ in statuses(study)} == {"done"}, "plan reads no file that it never saw"
    assert "whether the images are still those of the results is not known" in caplog.text
    caplog.clear()
    assert run(study)[0] == CELLS
    assert set(statuses(study)) == {("done", "")}
    assert "not known" not in caplog.text


def test_files_of_other_bytes_and_equal_pixels_are_the_same_images(study: Path) -> None:
    for path in study.glob("*.bmp"):
        content = bytearray(path.read_bytes())
        content[6] ^= 255  # reserved by the format: no pixel
        path.write_bytes(content)
    assert statuses(study) == [("stale", CHANGED)] * CELLS, "until the pixels are compared"
    assert run(study)[0] == 0
    assert statuses(study) == [("done", "")] * CELLS


def test_touched_files_and_a_deleted_cache_compute_nothing(study: Path) -> None:
    for path in study.glob("*.bmp"):
        path.touch()
    assert statuses(study) == [("done", "")] * CELLS
    rmtree(study / "runs/.cache")
    assert run(study)[0] == 0


def test_a_skipped_file_that_is_mended_at_its_size_is_used(study: Path) -> None:
    path = study / "0.bmp"
    whole = path.read_bytes()
    path.write_bytes(bytes(len(whole)))
    assert [record.unreadable for record in run(study, skip_unreadable=True)[1]] == [["0.bmp"]] * CELLS
    path.write_bytes(whole)
    computed, records = run(study)
    assert computed == CELLS
    assert [record.unreadable for record in records] == [[]] * CELLS


def test_older_records_are_trusted_until_the_pixels_are_known() -> None:
    older = finished(pixels_digest="p")
    assert not older.files_digest
    assert not ImageState("files").differ_from(older)
    assert not ImageState("files", "p").differ_from(older)
    assert ImageState("files", "q").differ_from(older)
