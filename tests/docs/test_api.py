"""The examples of docs/api.md, run one after the other as a reader would."""

import logging
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """What the examples define; the report has a test of its own."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("api"))
        patch.setattr(logging, "basicConfig", lambda **_: None)  # pytest has handlers of its own
        for block in BLOCKS:
            if "bm.report(" not in block:
                exec(block, found)
        yield found


def test_the_grid_is_run_and_compared(names):
    assert names["results"].failed == ()
    assert len(names["plan"].cells) == len(names["results"].cells) == 6
    assert len(names["auroc"]) == 6
    assert set(names["predictions"]["strategy"]) == {"fine_tuning"}
    assert 0 < len(names["errors"]) < len(names["predictions"])
    assert set(names["table"]["comparison"]) == {"fine-tuned − frozen"}
    assert Path("curves.png").is_file()
    assert Path("examples.png").is_file()
    assert len(names["points"]) == len(names["results"].plan.manifest.images)
    assert set(names["saved"]["strategy"]) == {"feature_extraction", "fine_tuning"}
    assert len(names["same"].cells) == 6


def test_callbacks_are_told(names):
    assert names["done"]["ok"] == 3
    assert names["done"]["fitting classifiers"] == 2
    assert [step for _, step in names["losses"]] == [1, 2], "an epoch of the folds, and one of the refit"


def test_parts_are_used_by_themselves(names):
    assert names["x"].shape == (40, 384)
    assert (names["abnormal"] == names["labels"]).mean() > 0.9


@pytest.mark.slow
def test_the_report_is_written(names):
    (block,) = (block for block in BLOCKS if "bm.report(" in block)
    exec(block, names)
    assert Path("paper/report.html") in names["report"].files
