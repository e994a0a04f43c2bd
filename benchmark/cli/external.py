"""Terminal output about external sets: verdicts and changes, and what was not tested yet."""

from collections import Counter
from typing import TYPE_CHECKING

from benchmark.cli.terminal import console, frame_table, say
from benchmark.execution.plan import Plan
from results.counts import counted, of_count
from results.frames import records

if TYPE_CHECKING:  # `plan` needs no library of statistics
    from benchmark.analysis.answers import Answers


def show_lacking(plan: Plan) -> None:
    """A line per external set on which cells that are done were not tested."""
    for name, cells in Counter(name for planned in plan.cells for name in planned.lacks).items():
        done = f"{counted(cells, 'cell')} that {of_count(cells, 'is', 'are')} done"
        them = of_count(cells, "it", "them")
        say(f"{done} {of_count(cells, 'was', 'were')} not tested on '{name}': a run tests {them}")


def show_external(answers: "Answers") -> None:
    """The tables of hospitals and of corruptions; nothing for a grid without."""
    from benchmark.analysis.external_answers import external_by_kind
    from results.tables.external import external_lines

    evaluation = answers.cells.evaluation
    titles = {"external": "another hospital", "corruptions": "corruptions of the test set"}
    for name, rows in external_by_kind(answers.elsewhere).items():
        family, interim = int(rows["family"].max()), bool(rows["interim"].any())
        title = (
            f"{titles[name]}: {evaluation.unit} {evaluation.primary}, differences at home and away; "
            f"the change at the familywise level {evaluation.level:g} over "
            f"{counted(family, 'planned change')}"
        )
        title = f"INTERIM {title}, some not finished" if interim else title
        console().print(frame_table(external_lines(records(rows)), title))
