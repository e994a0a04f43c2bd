"""The commands of pages that lead from own images to a figure, typed in their order: each ends well."""

import subprocess
import sys

import pytest

from tests.benchmark.setup.drawn import draw_classes
from tests.docs.test_commands import ROOT, blocks, words

PAGES = ("README.md", "docs/start.md", "docs/tutorials/own_images.md")
SHORT = ("--hours", "0.001")  # of `init`: the shortest grid that it writes


def typed(page):
    """The commands of a page, with the folder of a reader's images called `radiographs`."""
    found = [words(line) for line in blocks((ROOT / page).read_text(encoding="utf-8"))]
    for args in filter(None, found):
        yield [
            *("radiographs" if arg == "DATA" else arg for arg in args),
            *(SHORT if args[0] == "init" else ()),
        ]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_run_in_their_order(page, tmp_path):
    draw_classes(tmp_path / "radiographs")
    commands = list(typed(page))
    assert [args[0] for args in commands if args[0] in ("init", "run")] == ["init", "run"]
    for args in commands:
        ended = subprocess.run(
            [sys.executable, "-m", "benchmark", *args],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, f"{' '.join(args)}\n{ended.stdout[-2000:]}\n{ended.stderr[-2000:]}"
        assert "Traceback" not in ended.stderr
    if page != "docs/start.md":
        assert (tmp_path / "paper" / "report.html").is_file()
