import json
import re

import pytest

from benchmark.errors import UserError
from benchmark.sharing.archive import Archive, write_archive
from benchmark.sharing.leaderboard import leaderboard_of
from benchmark.sharing.leaderboard_page import NUMBERS, PAGE, page, write_leaderboard
from benchmark.sharing.opened_exports import open_exports
from tests.benchmark.planted import ALONE


def board_of(paths, folder):
    return leaderboard_of(open_exports(paths, folder, ALONE))


def test_the_page_says_what_may_be_compared_and_what_may_not(exports, tmp_path):
    board = board_of(list(exports.values()), tmp_path / "runs")
    written = write_leaderboard(board, tmp_path / "out")
    html = written[0].read_text()
    assert [path.name for path in written] == [PAGE, NUMBERS]
    assert "Their scores must not be compared" in html
    assert "home, rival have the same test digest" in html
    assert "Mean ranks over 2 data sets" in html
    assert not re.search(r"(src|href)=.?(https?:|//)", html)
    assert json.loads(written[1].read_text())["leaderboard"] == 1


def test_one_data_set_is_not_said_to_be_several(exports, tmp_path):
    html = page(board_of([exports["home"], exports["rival"]], tmp_path))
    assert "must not be compared" not in html
    assert "Over data sets" not in html


def test_names_that_are_html_are_shown_as_text(exports, tmp_path):
    odd = tmp_path / "<script>alert(1)<script>.zip"
    archive = Archive(exports["home"])
    write_archive(odd, archive.index, "", archive.cells())
    html = page(board_of([odd], tmp_path / "runs"))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_folder_that_cannot_be_made_is_one_line(exports, tmp_path):
    board = board_of([exports["rival"]], tmp_path / "runs")
    (tmp_path / "taken").write_text("")
    with pytest.raises(UserError, match="cannot be made or written"):
        write_leaderboard(board, tmp_path / "taken")
