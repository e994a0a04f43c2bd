"""A section says what the records say: counts, dates, versions, verdicts; and draws its pictures."""

from dataclasses import replace

import pytest
from PIL import Image

from benchmark.analysis.grid_results import Results
from benchmark.analysis.verdicts import judged
from benchmark.errors import UserError
from docs.results_page.section import section
from tests.benchmark.planted import NETWORKS, answers_from, grid_of, planted


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    plan, records = planted(tmp_path_factory.mktemp("runs"), grid_of(seeds=[0, 1, 2]))
    return Results(answers_from(plan, records), plan)


@pytest.fixture(scope="module")
def written(results, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    return section(results, "quickstart", folder), folder


def test_it_names_grid_data_date_and_versions(written, results):
    text, _ = written
    cell = results.cells[0]
    assert f"[grids/quickstart.yaml](../grids/quickstart.yaml), {len(results.cells)} cells" in text
    assert f"{cell.counts.test_images:,} test images" in text
    assert cell.finished[:4] in text
    for name, number in cell.versions.items():
        assert f"{name} {number}" in text


def test_each_verdict_has_a_line_and_the_largest_size_of_all_parts_the_sentence(written, results):
    text, _ = written
    rows = judged(results.compare()).to_dict("records")
    assert len(rows) == 9, "three parts and three sizes, over both networks"
    lines = [line for line in text.splitlines() if line.startswith("| ") and "images)" in line]
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert f"({row['images']:,} images)" in line
        assert f"{row['difference']:+.3f}".replace("-", "−") in line
        assert row["verdict"] in line
    largest = max((row for row in rows if row["body_part"] == "all"), key=lambda row: row["images"])
    assert f"On {largest['images']:,} training images" in text
    assert f"by {largest['difference']:+.3f}" in text.rstrip().splitlines()[-1].replace("−", "-")


def test_its_pictures_are_beside_the_page(written):
    text, folder = written
    names = {path.name for path in folder.iterdir()}
    parts = {f"quickstart-head-to-head-{part}.png" for part in ("all", "elbow", "wrist")}
    assert names == {"quickstart-learning-curves.png", *parts}
    for name in names:
        assert f"]({name})" in text
        with Image.open(folder / name) as picture:
            assert picture.width > 300


def test_without_a_network_both_ways_there_is_no_section(tmp_path):
    plan, records = planted(tmp_path / "runs", grid_of(fine_tuning=None))
    found = replace(Results(answers_from(plan, records)), plan=plan)
    with pytest.raises(UserError, match="both frozen and fine-tuned"):
        section(found, "quickstart", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_with_adaptation_each_question_and_what_each_way_cost(tmp_path):
    adapted = {"backbones": NETWORKS, "methods": ["bitfit"]}
    plan, records = planted(tmp_path / "runs", grid_of(body_parts=["all"], adaptation=adapted))
    text = section(Results(answers_from(plan, records), plan), "quickstart", tmp_path)
    for heading in ("fine-tuned − frozen", "adapted − frozen", "fine-tuned − adapted"):
        assert f"| {heading} |" in text
    (start,) = [n for n, line in enumerate(text.splitlines()) if "trained parameters" in line]
    rows = text.splitlines()[start + 2 :]
    assert sum(line.startswith("| ") for line in rows) == 3 * (2 + 2 + 2 + 1), "sizes × methods"
    assert "majority" not in text
