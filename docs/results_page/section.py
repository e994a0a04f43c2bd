"""The section of one grid in docs/results.md: what was run, the pictures, the verdicts, the answer."""

from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from matplotlib import rc_context

from benchmark.analysis.cost import cost_rows
from benchmark.analysis.grid_results import Results
from benchmark.analysis.head_to_head import by_question
from benchmark.analysis.paired_differences import QUESTION, QUESTIONS, Comparison
from benchmark.analysis.verdicts import judged
from benchmark.datasets.names import EVERY_PART
from benchmark.errors import UserError
from benchmark.store.record import Finished
from benchmark.tracking.artifacts import comparison_figures
from classifiers.names import MAJORITY
from results.costs import over_seeds
from results.figures.style import RC
from results.frames import records
from results.labels import look_of, metric_label, part_label, size_label
from results.tables.formatting import interval_text, p_text, signed
from results.text import for_markdown
from results.verdict import ONE_PAIR, freezing_text, verdict_text

_DPI = 150  # of pictures on a page


def section(results: Results, grid: str, pictures: Path) -> str:
    """The text of a shipped grid's section; its pictures are drawn into the page's folder, `pictures`.

    All of it is computed from the finished cells. Raises UserError where no network is both frozen and
    fine-tuned yet.
    """
    rows = records(judged(results.compare(), QUESTION))
    if not rows:
        raise UserError(f"grid '{grid}': no network is both frozen and fine-tuned yet; first: benchmark run")
    parts = [_facts(results, grid), *_pictures(results, grid, pictures), _verdicts(rows, QUESTION)]
    others = {question: records(judged(results.compare(), question)) for question in QUESTIONS[1:]}
    if any(others.values()):
        parts += [_verdicts(own, question) for question, own in others.items() if own]
        parts.append(_arms(results))
    return "\n\n".join([*parts, _answer(results, rows)]) + "\n"


def _facts(results: Results, grid: str) -> str:
    """Grid, data, dates, machine and versions, as a table."""
    cells = results.cells
    dates = sorted(datetime.fromisoformat(cell.finished) for cell in cells)
    days = list(dict.fromkeys(f"{day.day} {day:%B %Y}" for day in (dates[0], dates[-1])))
    devices = sorted({cell.cost.device for cell in cells if cell.cost and cell.cost.device})
    machines = sorted({" ".join(cell.machine.values()) for cell in cells})
    versions = {name: number for cell in cells for name, number in cell.versions.items()}
    known = ", ".join(f"{name} {number}" for name, number in versions.items())
    rows = (
        ("grid", f"[grids/{grid}.yaml](../grids/{grid}.yaml), {len(cells):,} cells"),
        ("data", for_markdown(_data(results, cells[0]))),
        ("run", f"{' to '.join(days)}; {', '.join(machines)}, on {', '.join(devices)}"),
        ("versions", f"benchmark {version('benchmark')}, {known}"),
    )
    (first, what), *others = rows
    return "\n".join(
        [f"| {first} | {what} |", "|---|---|", *(f"| {name} | {text} |" for name, text in others)]
    )


def _data(results: Results, cell: Finished) -> str:
    """The data set by its name, with what was trained and tested on."""
    name = (results.plan and results.plan.manifest.name) or cell.dataset
    counts = cell.counts
    pool = f"{counts.pool_images:,} training images, " if counts.pool_images else ""
    return (
        f"{name}; {pool}{counts.test_images:,} test images of {counts.test_studies:,} studies and "
        f"{counts.test_patients:,} patients ({cell.evaluated_on or 'test'})"
    )


def _pictures(results: Results, grid: str, folder: Path) -> Iterator[str]:
    """Draw the learning curves of all strategies, and frozen against fine-tuned; yields the links to them."""
    evaluation = results.answers.cells.evaluation
    what = metric_label(evaluation.primary, evaluation.unit)
    rows = dict(by_question(results.answers.head_to_head))[QUESTION]
    parts = dict.fromkeys(row["body_part"] for row in rows)
    pictures = {f"{grid}-learning-curves.png": (results.learning_curves().plot(), "by training images")}
    for part in parts:
        of_part = [row for row in rows if row["body_part"] == part]
        for picture in comparison_figures(of_part, evaluation.primary, evaluation.unit).values():
            name = f"{grid}-head-to-head{f'-{part}' if len(parts) > 1 else ''}.png"
            pictures[name] = (picture, f"frozen against fine-tuned, {part_label(part)}")
    for name, (picture, shown) in pictures.items():
        with rc_context(RC):
            picture.savefig(folder / name, dpi=_DPI, metadata={"Software": None})
        yield f"![{what}: {shown}]({name})"


def _verdicts(rows: list[dict[str, Any]], question: Comparison) -> str:
    """A line for each body part, network and training size."""
    several = len({row["body_part"] for row in rows}) > 1
    lines = [
        f"| {part_label(row['body_part']) + ', ' if several else ''}{size_label(row['train_size'])} "
        f"({row['images']:,} images) | {for_markdown(row['backbone'])} | "
        f"{signed(row['difference'])} {interval_text(row, signed)} | {p_text(row['p_adjusted'])} | "
        f"{verdict_text(row['verdict'], row['margin'], row['detectable'])} |"
        for row in rows
    ]
    difference = f"{look_of(question.second).label} − {look_of(question.first).label}"
    head = f"| training images | network | {difference} | p adjusted | verdict |"
    return "\n".join([head, "|---|---|---|---|---|", *lines])


def _arms(results: Results) -> str:
    """Score, seconds and trained parameters of every method at every size, means over seeds."""
    evaluation = results.answers.cells.evaluation
    known = [cell for cell in results.cells if not cell.control and cell.classifier != MAJORITY]
    rows = over_seeds(cost_rows(known, evaluation.unit, evaluation.primary))
    lines = [
        f"| {size_label(row['train_size'])} | {look_of(row['strategy']).label} | "
        f"{for_markdown(row['method'])} | {row['value']:.3f} | {row['seconds_total']:,.1f} | "
        f"{row['trainable_parameters'] or 0:,.0f} |"
        for row in sorted(rows, key=lambda row: row["train_images"])
    ]
    metric = metric_label(evaluation.primary, evaluation.unit)
    head = f"| training images | | method | {metric} | seconds of a cell | trained parameters |"
    return "\n".join([head, "|---|---|---|---:|---:|---:|", *lines])


def _answer(results: Results, rows: list[dict[str, Any]]) -> str:
    """The verdict at the largest size in a sentence; of all body parts together where there is one."""
    together = [row for row in rows if row["body_part"] == EVERY_PART] or rows
    row, evaluation = max(together, key=lambda row: row["images"]), results.answers.cells.evaluation
    said = verdict_text(row["verdict"], row["margin"], row["detectable"])
    metric, name = metric_label(evaluation.primary, evaluation.unit), for_markdown(row["backbone"])
    sentences = [
        f"On {row['images']:,} training images, fine-tuning {name} instead of freezing it changed the "
        f"{metric} by {signed(row['difference'])} {interval_text(row, signed)}: *{said}*, at the familywise "
        f"level {evaluation.level:g} over {row['family']} planned comparisons, {row['seeds']} seeds."
    ]
    if row["verdict"] != ONE_PAIR:
        sentences.append(f"Freezing is {freezing_text(row['worse_by'], row['cost_share'])}.")
    if row["caution"]:
        sentences.append(f"Caution: {for_markdown(row['caution'])}.")
    return " ".join(sentences)
