"""Assemble report.html, one page with the whole report."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from benchmark.analysis.controls import controls_text
from benchmark.analysis.findings import Findings
from benchmark.analysis.finished import leak_of
from benchmark.reporting.answer import answer_text
from benchmark.reporting.answer_block import answer_block
from benchmark.reporting.atlas_block import atlas_blocks
from benchmark.reporting.checklists import WrittenChecklist, checklists_block
from benchmark.reporting.figure_files import Drawn
from benchmark.reporting.missing import missing_cells, missing_parts
from benchmark.reporting.page_parts import DETAILS, Parts
from benchmark.reporting.picture_figures import ATLAS, AUGMENTATION, EXAMPLES
from benchmark.reporting.places import place_text
from benchmark.reporting.tables import Written
from results.counts import counted
from results.labels import metric_label
from results.methods_text import Methods, references
from results.page import Block, CodeBlock, Prose, Section, TableBlock, render
from results.published import RADIOLOGIST, elsewhere
from results.text import for_markdown

MOST_BYTES = 10_000_000  # of the page, so that it can be sent by mail
_TESTS = (
    "McNemar's and DeLong's tests treat the rows of the test set as independent, which several studies of "
    "one patient are not: where patients have several, trust the resampled patients."
)
_ELSEWHERE = (
    "These were measured on other test sets, which are not ours and some not public: they show what has been "
    "reported, and must not be compared with the numbers above."
)
_TWO_CLASSES = (
    "Not in this report, since these are of two classes: the reporting checklists, McNemar's and DeLong's "
    "tests, decision curves, the worklist and examples of predictions."
)
_STANDING = (
    "The best of a body part and size is the one that this test set shows to be best: another test set may "
    "show another. What these data do not distinguish from it is marked, which does not show that they are "
    "equal."
)


def page(
    findings: Findings,
    folder: Path,
    drawn: Sequence[Drawn],
    written: Sequence[Written],
    methods: Methods,
    checklists: Sequence[WrittenChecklist],
    grid_text: str,
) -> str:
    """The page's HTML; pictures are read from their files below `folder`, which it links.

    It has the first of DETAILS with which it is at most MOST_BYTES long; charts are always whole.
    """
    grid, first = findings.plan.grid, findings.evaluated.finished[0]
    metric = metric_label(grid.evaluation.primary, grid.evaluation.unit)
    leak = leak_of(findings.evaluated.finished)
    leaky = f" · {leak}" if leak else ""
    where = for_markdown(first.evaluated_on or "the test part")
    subtitle = f"{metric} on {where} · {counted(len(findings.evaluated.finished), 'cell')}{leaky}"
    html = ""
    for detail in DETAILS:
        parts = Parts(folder, drawn, written, detail)
        sections = [
            *_answer(findings, parts),
            *_details(findings, parts),
            Section("Published elsewhere", list(_published(findings))),
            Section("Methods", [Prose(methods.text)]),
            Section("References", [Prose(_references(methods.keys))]),
            Section("Checklists", [checklists_block(checklists, folder)] if checklists else []),
            Section("What was left out", list(_left_out(findings, parts))),
            Section("Grid, versions and digests", list(_provenance(findings, grid_text))),
        ]
        html = render(f"Freeze or fine-tune? {grid.name}", subtitle, [s for s in sections if s.blocks])
        if len(html.encode()) <= MOST_BYTES:
            break
    return html


def _answer(findings: Findings, parts: Parts) -> Iterator[Section]:
    yield Section("The answer", [answer_block(findings, parts)])
    curves, crossovers = parts.figures("learning_curves"), parts.figures("crossover")
    yield Section("By body part and size", [Prose(answer_text(findings)), *curves, *crossovers])
    forests = parts.figures_with("_minus_")
    tests = parts.tables("tests")
    notes = [Prose(_TESTS)] if tests else []
    yield Section("Differences", [*forests, *parts.tables("differences"), *tests, *notes])
    yield Section(
        "Body parts together",
        [*parts.figures("body_parts"), *parts.tables("parts_together", "parts_shrunken")],
    )
    yield Section("More images", parts.tables("crossovers", "label_efficiency", "curve_fits"))


def _details(findings: Findings, parts: Parts) -> Iterator[Section]:
    tables = parts.tables("main", "body_part", "train_size")
    yield Section("Scores", [Prose(_STANDING), *tables, *parts.figures("heat_map")])
    words = findings.evaluated.task.words.capitalize()
    yield Section(words, parts.tables("classes", "class_differences"))
    yield Section("Subgroups", parts.tables("subgroups", "group_"))
    yield Section(
        "Another hospital",
        [*parts.tables("external"), *parts.figures("corruption_ladder"), *parts.tables("corruptions")],
    )
    yield Section("Over networks and seeds", [*parts.figures("critical"), *parts.tables("ranks", "spread")])
    starts = "roc", "precision", "reliability", "decision", "confusion"
    yield Section("Ranking, calibration and net benefit", parts.figures(*starts))
    yield Section("The worklist", [*parts.figures("worklist"), *parts.tables("worklist")])
    yield Section(
        "Examples of predictions",
        [*parts.photographs(EXAMPLES), *parts.lacking(EXAMPLES), *parts.tables("examples")],
    )
    yield Section(
        "The embedding",
        [*atlas_blocks(findings, parts), *parts.lacking(ATLAS), *parts.tables("embedding_atlas")],
    )
    yield Section("Does it look at the right place?", list(_places(findings, parts)))
    yield Section("Controls", list(_controls(findings, parts)))
    yield Section("Label noise", [*parts.figures("label_noise"), *parts.tables("label_noise")])
    yield Section("Cost", [*parts.figures("cost"), *parts.tables("cost")])
    yield Section("Fine-tuning, epoch by epoch", [*parts.figures("training_curves"), *parts.tables("epochs")])
    yield Section(
        "Augmentation",
        [*parts.photographs(AUGMENTATION), *parts.lacking(AUGMENTATION), *parts.tables("augmentations")],
    )
    yield Section("The data set", [*parts.figures("data_set"), *parts.tables("data_set")])


def _places(findings: Findings, parts: Parts) -> Iterator[Block]:
    if len(findings.localisation):
        yield Prose(place_text(findings.localisation))
        yield from [*parts.figures("localisation"), *parts.tables("localisation")]


def _controls(findings: Findings, parts: Parts) -> Iterator[Block]:
    if len(findings.controls):
        yield Prose(controls_text(findings.controls, findings.evaluated.evaluation.primary))
        yield from parts.tables("controls")


def _published(findings: Findings) -> Iterator[Block]:
    first, evaluation = findings.evaluated.finished[0], findings.evaluated.evaluation
    if first.dataset != "mura":
        return
    rows = elsewhere(
        dataset=first.dataset,
        protocol=first.protocol,
        evaluated_on=first.evaluated_on,
        unit=evaluation.unit,
        metric="cohens_kappa",
        body_parts=findings.evaluated.largest,
    )
    shown = rows[["method", "backbone", "body_part", "split", "value", "citation"]]
    if len(shown):
        yield Prose(_ELSEWHERE)
        caption = f"Published {metric_label('cohens_kappa', evaluation.unit)} on other test sets."
        yield TableBlock(shown, caption, f"{RADIOLOGIST}: a person, not a network.")


def _references(keys: Sequence[str]) -> str:
    return "\n".join(f"- {references()[key].markdown}" for key in keys)


def _left_out(findings: Findings, parts: Parts) -> Iterator[Block]:
    cells = missing_cells(findings.plan)
    if not findings.evaluated.task.is_binary:
        yield Prose(_TWO_CLASSES)
    if cells:
        yield TableBlock(pd.DataFrame(cells), "Cells of the grid that are not in this report.")
    missing = missing_parts(parts.drawn, parts.written)
    if missing:
        yield TableBlock(pd.DataFrame(missing), "Figures and tables that could not be made.")
    unreadable = sorted({image for record in findings.evaluated.finished for image in record.unreadable})
    if unreadable:
        yield TableBlock(pd.DataFrame({"image": unreadable}), "Images that could not be read.")
    if not (cells or missing or unreadable):
        yield Prose("Nothing: every cell of the grid is done, and everything could be drawn.")


def _provenance(findings: Findings, grid_text: str) -> Iterator[Block]:
    yield CodeBlock(grid_text, "The grid file.")
    records = findings.evaluated.finished
    versions = {tuple(sorted(record.versions.items())) for record in records}
    rows = [{"package": name, "version": version} for one in sorted(versions) for name, version in one]
    yield TableBlock(pd.DataFrame(rows).drop_duplicates(), "Versions that the cells were computed with.")
    yield TableBlock(
        pd.DataFrame(
            [
                {
                    "cell": record.cell,
                    **record.axes,
                    "finished": record.finished,
                    "predictions_sha256": record.predictions_sha256,
                    "manifest": record.fingerprint["manifest"],
                    "pixels": record.pixels_digest,
                }
                for record in records
            ]
        ),
        "Every cell, with the digests of its predictions, data set and pixels.",
    )
