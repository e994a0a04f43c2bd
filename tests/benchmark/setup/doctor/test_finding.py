from benchmark.setup.doctor.checks import CHECKS
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Finding


def test_a_finding_needs_no_reason_when_nothing_is_to_do():
    assert Finding("disk", OK, "fine").why == ""


def test_states_and_names_of_checks_are_told_apart():
    assert len({OK, NOTE, PROBLEM}) == 3
    assert len({check.name for check in CHECKS}) == len(CHECKS)
