import shutil

import pytest

from benchmark.errors import UserError
from benchmark.sharing.archive import Archive, write_archive
from benchmark.sharing.opened_exports import open_exports
from tests.benchmark.planted import ALONE


def test_all_exports_have_the_metric_of_the_first_and_their_own_answers(exports, tmp_path):
    archive = Archive(exports["rival"])
    kept = archive.index.kept
    other = kept | {"evaluation": kept["evaluation"] | {"primary": "brier", "resamples": 150}}
    path = tmp_path / "rival.zip"
    write_archive(path, archive.index.model_copy(update={"kept": other}), "", archive.cells())
    home, rival = open_exports([exports["home"], path], tmp_path / "runs", ALONE)
    assert home.cells.evaluation.primary == rival.cells.evaluation.primary == "auroc"
    assert rival.answers.cells.evaluation.primary == "brier"
    drawn = {len(one.drawn) for opened in (home, rival) for one in opened.cells.resampled.values()}
    assert drawn == {100}


def test_two_files_of_one_name_are_told_apart(exports, tmp_path):
    (tmp_path / "b").mkdir()
    shutil.copy(exports["away"], tmp_path / "b" / "home.zip")
    found = open_exports([exports["home"], tmp_path / "b" / "home.zip"], tmp_path / "runs", ALONE)
    assert [one.name for one in found] == ["home", "home-2"]


def test_the_same_results_twice_would_count_twice_and_are_refused(exports, tmp_path):
    shutil.copy(exports["home"], tmp_path / "again.zip")
    with pytest.raises(UserError, match=r"again\.zip holds the same results as .*home\.zip"):
        open_exports([exports["home"], tmp_path / "again.zip"], tmp_path / "runs", ALONE)


def test_an_export_without_a_cell_is_one_line(exports, tmp_path):
    archive = Archive(exports["home"])
    write_archive(tmp_path / "empty.zip", archive.index, "", [])
    with pytest.raises(UserError, match="holds no cell"):
        open_exports([tmp_path / "empty.zip"], tmp_path / "runs", ALONE)
