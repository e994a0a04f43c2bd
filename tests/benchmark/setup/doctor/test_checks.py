import threading

import pytest

from benchmark.setup.doctor import checks as module
from benchmark.setup.doctor.checks import CHECKS, examine
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Check, Finding, Surroundings
from benchmark.store.workspace import Workspace


@pytest.fixture
def around(tmp_path):
    return Surroundings(Workspace(tmp_path))


def test_a_check_that_fails_is_a_finding_and_stops_no_other(around):
    def broken(around):
        raise RuntimeError("why")
        yield

    found = list(examine(around, [Check("a", broken), Check("b", lambda around: [Finding("b", OK, "fine")])]))
    assert [(f.check, f.state) for f in found] == [("a", PROBLEM), ("b", OK)]
    assert "why" in found[0].what


def test_a_check_that_hangs_is_left(around, monkeypatch):
    monkeypatch.setattr(module, "SECONDS", 0.05)
    hanging = threading.Event()

    def find(around):
        yield Finding("a", OK, "first")
        hanging.wait(60)

    found = list(examine(around, [Check("a", find)]))
    hanging.set()
    assert [f.state for f in found] == [OK, NOTE]
    assert "no answer within" in found[1].what


def test_checks_of_a_grid_are_left_out_without_one(around):
    def find(around):
        raise AssertionError

    assert list(examine(around, [Check("a", find, of_grid=True)])) == []


def test_every_check_finds_something_here_and_gives_reason_and_remedy_for_what_is_wrong(around):
    found = list(examine(around))
    assert {f.check for f in found} == {check.name for check in CHECKS if not check.of_grid}
    assert all(f.state == OK or (f.why and f.do) for f in found)
