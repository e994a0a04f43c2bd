"""What goes with the label in a phantom's images and is no disease: a shortcut for a network."""

from dataclasses import dataclass

LETTER, HARDWARE = "letter", "hardware"
SHORTCUTS = (LETTER, HARDWARE)


@dataclass(frozen=True)
class Planted:
    """A kind of shortcut, and the share of the abnormal and of the normal studies that have it.

    `letter`: a lead letter in the upper left quarter is an R, and in all other studies an L. `hardware`: a
    thin wire with two screws near the middle, and nothing in all other studies.
    """

    kind: str
    abnormal: float
    normal: float
