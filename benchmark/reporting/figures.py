"""The figures of a report in the order of the page, each drawable or with the reason why it is missing."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmark.analysis.findings import Findings
from benchmark.reporting.overview_figures import overview
from benchmark.reporting.picture_figures import pictures
from benchmark.reporting.places import place_figures
from benchmark.reporting.prediction_figures import predictions
from results.figures import Drawable
from results.labels import distinct


@dataclass(frozen=True)
class Planned:
    """A figure by the name of its files, with its caption; without a figure, the reason why."""

    name: str
    caption: str
    figure: Drawable | None = None
    reason: str = ""


def planned_figures(findings: Findings) -> Iterator[Planned]:
    """Every figure of a report."""
    taken: set[str] = set()
    for figures in (overview, predictions, pictures, place_figures):
        for slug, caption, make in figures(findings):
            name = distinct(slug, taken)
            try:
                yield Planned(name, caption, make())
            except ValueError as error:
                yield Planned(name, caption, reason=str(error))
