from benchmark.datasets.finding import Finding, finding


def test_without_examples_all_is_well() -> None:
    assert finding("DATA1", "bad rows", []) == Finding("DATA1", "ok", "no bad rows")


def test_examples_are_counted_and_the_way_out_said() -> None:
    found = finding("DATA1", "bad rows", ["a", "b"], severity="warning", way_out="mend them")
    assert found == Finding("DATA1", "warning", "bad rows: 2; mend them", ("a", "b"))


def test_a_line_shows_the_first_three_examples() -> None:
    assert Finding("D", "error", "m: 4", ("a", "b", "c", "d")).line() == "D: m: 4 (a, b, c, ...)"
    assert Finding("D", "ok", "no m").line() == "D: no m"
