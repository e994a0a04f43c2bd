from collections import Counter
from dataclasses import dataclass, replace

import pandas as pd
import pytest
from rich.console import Console

from benchmark.cli import terminal
from benchmark.cli.terminal import (
    embeddings_table,
    findings_table,
    frame_table,
    plan_tables,
    progress_bars,
    say,
    time_left,
    training_table,
)
from benchmark.execution.planned_embeddings import PlannedEmbedding
from benchmark.grid.schema import FullSize

ODD = "[x] [/x] [red]part\\"


def printed(table):
    console = Console(width=200)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def rows_of(table):
    """The cells of each line that has any, without borders."""
    lines = [line for line in printed(table).replace("┃", "│").splitlines() if "│" in line]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


@pytest.fixture
def unfinished(whole):
    """The planted plan with every second cell missing, at an hour of core time each."""
    plan, _ = whole
    cells = [
        replace(cell, status="missing", reason="never run", seconds=3600.0) if number % 2 else cell
        for number, cell in enumerate(plan.cells)
    ]
    return replace(plan, cells=cells)


@dataclass
class Finding:
    severity: str
    code: str = "D001"
    message: str = ODD
    examples: tuple[str, ...] = (ODD,)


def test_text_of_users_is_shown_as_it_is(capsys):
    frame = pd.DataFrame({ODD: [ODD, None]})
    assert printed(frame_table(frame, ODD)).count(ODD) == 3
    assert printed(findings_table([Finding("ok"), Finding("error")], ODD)).count(ODD) == 5
    say(ODD)
    assert capsys.readouterr().out == f"{ODD}\n"


def test_names_and_reasons_in_a_plan_are_shown_as_they_are(unfinished):
    cells = [
        replace(planned, reason=ODD, cell=replace(planned.cell, body_part=ODD))
        for planned in unfinished.cells
    ]
    cells_table, reasons = plan_tables(replace(unfinished, cells=cells))
    assert ODD in printed(cells_table)
    assert ODD in printed(reasons)


def test_a_backbones_label_is_shown_as_it_is(unfinished):
    assert ODD in printed(embeddings_table([PlannedEmbedding(ODD, False, 10, 5.0)], unfinished))


def test_findings_come_worst_first():
    table = printed(findings_table([Finding("ok"), Finding("warning"), Finding("error")], "t"))
    assert table.index("error") < table.index("warning") < table.index("ok")


def test_a_plan_sums_cells_per_strategy_and_body_part(unfinished, monkeypatch):
    monkeypatch.setattr(terminal, "available_cores", lambda: 2)
    table, _ = plan_tables(unfinished)
    parts = [(planned.cell.strategy, planned.cell.body_part) for planned in unfinished.cells]
    header, *rows, total = rows_of(table)
    assert header[:2] == ["strategy", "body part"]
    assert [tuple(row[:2]) for row in rows] == list(dict.fromkeys(parts))
    of_part = Counter(parts)
    for row in rows:
        assert sum(int(count or 0) for count in row[2:7]) == of_part[row[0], row[1]]
    missing = len(unfinished.todo)
    assert total[0] == "all"
    assert total[5] == str(missing)
    assert total[7] == f"{missing}.0 h"
    assert f"core time {missing}.0 h, about {missing / 2:.1f} h on 2 cores" in printed(table)


def test_a_full_plan_has_a_row_per_extractor_and_classifier(unfinished):
    table, _ = plan_tables(unfinished, full=True)
    header, *rows, _ = rows_of(table)
    assert header[:3] == ["strategy", "extractor", "classifier"]
    cells = (planned.cell for planned in unfinished.cells)
    asked = dict.fromkeys((cell.strategy, cell.backbone, cell.classifier) for cell in cells)
    assert [tuple(row[:3]) for row in rows] == list(asked)


def test_a_plan_says_which_time_is_on_which_device(unfinished, monkeypatch):
    monkeypatch.setattr(terminal, "device_of_networks", lambda _: "cuda")
    monkeypatch.setattr(terminal, "available_cores", lambda: 4)
    table, _ = plan_tables(unfinished)
    _, *rows, _ = rows_of(table)
    assert {row[0]: row[8] for row in rows} == {
        "feature_extraction": "cpu",
        "hand_crafted": "cpu",
        "fine_tuning": "cuda",
    }
    tuned = sum(planned.cell.recipe is not None for planned in unfinished.todo)
    fitted = len(unfinished.todo) - tuned
    assert 0 < tuned < fitted
    words = time_left(unfinished, "cuda", 4)
    assert f"core time {fitted}.0 h, about {fitted / 4:.1f} h on 4 cores" in words
    assert f"fine-tuning on cuda at most about {tuned / 4:.1f} h" in words


def test_embeddings_of_networks_are_on_the_device_and_descriptors_on_the_cpu(unfinished, monkeypatch):
    monkeypatch.setattr(terminal, "device_of_networks", lambda _: "cuda")
    found = [
        PlannedEmbedding("resnet18", False, 10, 5.0, "torch"),
        PlannedEmbedding("resnet34", True, 10, 0.0, "torch"),
        PlannedEmbedding("edges", False, 10, 5.0),
    ]
    _, *rows = rows_of(embeddings_table(found, unfinished))
    assert [row[4:] for row in rows] == [["cuda", "torch"], ["", ""], ["cpu", ""]]


def test_a_finished_plan_has_no_time_left(whole):
    plan, _ = whole
    (table,) = plan_tables(plan)
    _, *rows = rows_of(table)
    assert {(row[7], row[8]) for row in rows} == {("", "")}
    assert time_left(plan, "cpu", 2) == ""


def test_the_device_of_networks_is_that_of_a_run(unfinished, whole):
    from extractors.devices import choose_device

    assert terminal.device_of_networks(unfinished) == choose_device().type
    assert terminal.device_of_networks(whole[0]) == "cpu"


@pytest.mark.parametrize("is_terminal", [True, False])
def test_bars_on_a_terminal_and_lines_elsewhere(is_terminal, monkeypatch, capsys):
    monkeypatch.setattr("benchmark.cli.terminal.stderr", lambda: Console(force_terminal=is_terminal))
    with progress_bars() as report:
        report("decoding images", 2, 2)
    assert ("decoding images: 2/2, done" in capsys.readouterr().err) != is_terminal


def test_a_plan_shows_of_how_many_patients_the_images_are(whole):
    plan, _ = whole
    header, elbow = rows_of(
        training_table(replace(plan, grid=plan.grid.model_copy(update={"body_parts": ["elbow"]})))
    )
    assert header == ["body part", "50 images", "400 images", "full"]
    images, patients = plan.training.mean_counts("elbow", "full")
    assert elbow == ["elbow", *(str(plan.training.mean_counts("elbow", n)[1]) for n in (50, 400)), elbow[-1]]
    assert elbow[-1] == f"{patients} ({images} images)"


def test_a_plan_leaves_the_patients_of_sizes_above_the_pool_empty(whole):
    plan, _ = whole
    drawn = FullSize(resample="patients")
    grid = plan.grid.model_copy(update={"train_sizes": [99_999, "full"], "full": drawn, "seeds": [0]})
    header, *rows = rows_of(training_table(replace(plan, grid=grid)))
    assert header[1:] == ["99,999 images", "full (90 % of patients)"]
    assert {row[1] for row in rows} == {""}


def test_no_escape_sequence_reaches_the_terminal_and_no_text_becomes_an_emoji(capsys):
    frame = pd.DataFrame({"part\x1b[2J": ["\x1b[31mred\x07", ":warning: \u202ex"]})
    said = printed(frame_table(frame, "\x1b]0;title\x07"))
    assert "\x1b[31m" not in said
    assert "\x07" not in said
    assert "U+001B[31mredU+0007" in said
    assert ":warning: U+202Ex" in said
    say("a :warning: [/x] \x1b[2J 3.5")
    assert capsys.readouterr().out == "a :warning: [/x] U+001B[2J 3.5\n"


def test_patients_of_many_seeds_are_those_of_the_first(unfinished):
    assert "mean over seeds" in printed(training_table(unfinished))
    many = unfinished.grid.model_copy(update={"seeds": list(range(11))})
    assert str(training_table(replace(unfinished, grid=many)).title).endswith("mean over the first 10 seeds")
