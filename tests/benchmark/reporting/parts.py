"""What the tests of a report ask of its figures and tables."""

from benchmark.reporting.missing import missing_parts
from benchmark.reporting.write import Report


def names(parts):
    """The names of the figures or tables that have files."""
    return {part.name for part in parts if part.files}


def reasons(report: Report) -> dict[str, str]:
    """Why what is missing is missing, by `figure NAME` or `table NAME`."""
    return {row["what"]: row["reason"] for row in missing_parts(report.figures, report.tables)}
