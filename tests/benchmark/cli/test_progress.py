import os
import subprocess
import sys
import time

import pytest

from benchmark.cli.progress import StageLines, bars, duration


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def written():
    return []


@pytest.fixture
def stages(written, clock):
    return StageLines(written.append, clock)


def test_a_stage_has_a_line_at_once_and_one_at_its_end(stages, written, clock):
    stages.report("decoding images", 0, 150)
    assert written == ["decoding images: 0/150, begins"]
    clock.now += 30
    stages.report("decoding images", 150, 150)
    assert written[1:] == ["decoding images: 150/150, done in 30 s"]
    stages.report("decoding images", 0, 150)
    clock.now += 600
    stages.tick()
    stages.close()
    assert len(written) == 2, "a stage that has ended says no more"


def test_in_the_first_five_minutes_there_is_a_line_every_few_seconds(stages, written, clock):
    stages.report("fitting classifiers", 0, 2304)
    for _ in range(300):
        clock.now += 1
        stages.tick()
    assert len(written) == 1 + 59
    assert written[1] == "fitting classifiers: 0/2,304, no step ended for 5 s"
    for _ in range(120):
        clock.now += 1
        stages.tick()
    assert len(written) == 1 + 59 + 2, "then one per minute"


@pytest.fixture
def later(stages, clock):
    """The first minutes of a command are over."""
    clock.now += 300
    stages.tick()


@pytest.mark.usefixtures("later")
def test_a_minute_after_the_last_line_there_are_counts_rate_and_time_left(stages, written, clock):
    stages.report("fitting classifiers", 0, 2304)
    for _ in range(119):
        clock.now += 0.5
        stages.report("fitting classifiers", 1, 2304)
    assert len(written) == 1
    clock.now += 0.5
    stages.report("fitting classifiers", 1, 2304)
    assert written[1:] == ["fitting classifiers: 120/2,304, 2.0/s, 18 min left"]


@pytest.mark.usefixtures("later")
def test_lines_come_while_no_step_ends(stages, written, clock):
    stages.report("fine-tuning (epochs)", 0, 10)
    for _ in range(180):
        clock.now += 1
        stages.tick()
    assert written[1:] == [
        "fine-tuning (epochs): 0/10, no step ended for 60 s",
        "fine-tuning (epochs): 0/10, no step ended for 2 min",
        "fine-tuning (epochs): 0/10, no step ended for 3 min",
    ]
    stages.report("fine-tuning (epochs)", 2, 10)
    clock.now += 60
    stages.tick()
    assert written[-1] == "fine-tuning (epochs): 2/10, 30.0/h, 16 min left"


def test_a_stage_that_did_not_end_says_where_it_stopped(stages, written, clock):
    stages.report("embedding with [x]", 3, 9)
    clock.now += 240
    stages.close()
    assert written[-1] == "embedding with [x]: stopped at 3/9 after 4 min"


def test_a_step_may_be_the_first_and_the_last(stages, written):
    stages.report("drawing", 5, 5)
    assert written == ["drawing: 0/5, begins", "drawing: 5/5, done in less than 1 s"]


PROGRAM = """
import time
from benchmark.cli.terminal import progress_bars
with progress_bars() as report:
    report("embedding with [/x]", 0, 9)
    time.sleep(60)
"""


def test_without_a_terminal_the_first_line_comes_at_once():
    read, write = os.pipe()
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], stderr=write)
    os.close(write)
    with os.fdopen(read) as lines:
        started = time.monotonic()
        assert lines.readline() == "embedding with [/x]: 0/9, begins\n"
        assert process.poll() is None, "the stage goes on"
        process.kill()
        process.wait()
        assert lines.read() == ""
    assert time.monotonic() - started < 50


def test_on_a_terminal_there_are_bars_whose_names_are_no_markup(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with bars() as report:
        report("embedding with [/x]", 1, 2)
        report("embedding with [/x]", 1, 2)
    assert "embedding with [/x]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, ""), (45, "45 s"), (89, "89 s"), (720, "12 min"), (12600, "3.5 h")]
)
def test_durations(seconds, words):
    assert duration(seconds) == words
