"""What one check of a data set found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """The result of one check; severity is `error`, `warning` or `ok`."""

    code: str
    severity: str
    message: str
    examples: tuple[str, ...] = ()

    def line(self) -> str:
        """Code, message and the first examples in one line."""
        shown = ", ".join(self.examples[:3]) + (", ..." if len(self.examples) > 3 else "")
        return f"{self.code}: {self.message} ({shown})" if shown else f"{self.code}: {self.message}"


def finding(code: str, what: str, examples: list[str], severity: str = "error", way_out: str = "") -> Finding:
    """`no WHAT` when there are no examples, else their number and what to do about them."""
    if not examples:
        return Finding(code, "ok", f"no {what}")
    return Finding(code, severity, f"{what}: {len(examples):,}{way_out and '; '}{way_out}", tuple(examples))
