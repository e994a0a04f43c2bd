"""What the terminal says of external sets: verdicts and changes, and what was not tested yet."""

from dataclasses import replace

from benchmark.cli.external import show_external, show_lacking
from tests.benchmark.planted_elsewhere import add_set, answers_of_planted, frozen_wins, planted_at_home


def test_verdicts_and_changes_are_a_table_and_sets_not_tested_a_line(tmp_path, capsys):
    plan, records = planted_at_home(tmp_path)
    show_external(answers_of_planted(plan, records))
    show_lacking(plan)
    assert capsys.readouterr().out == ""
    add_set(records, "zoo", frozen_wins)
    show_external(answers_of_planted(plan, records))
    said = " ".join(capsys.readouterr().out.split())
    assert "another hospital: study auroc" in said
    assert "over 1 planned change" in said
    assert "more for" in said
    cells = [replace(planned, lacks=("zoo",)) for planned in plan.cells]
    show_lacking(replace(plan, cells=cells))
    assert (
        f"{len(cells)} cells that are done were not tested on 'zoo': a run tests them\n"
        == capsys.readouterr().out
    )
