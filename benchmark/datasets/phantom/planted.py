"""What goes with the label in a phantom's images and is no disease: a shortcut for a network."""

from dataclasses import dataclass

MARK, GRID, HARDWARE = "mark", "grid", "hardware"
SHORTCUTS = (MARK, GRID, HARDWARE)


@dataclass(frozen=True)
class Planted:
    """A kind of shortcut, and the share of the abnormal and of the normal studies that have it.

    `mark` is a small bright square near a corner, as a lead marker; `grid` the faint lines of an anti-scatter
    grid, one pixel wide; `hardware` a plate with screws near the middle.
    """

    kind: str
    abnormal: float
    normal: float
