"""The methods of a paper, written from what was done, and the works to cite for it."""

from results.methods_text.references import Reference, bibliography, references
from results.methods_text.writing import Methods, methods

__all__ = ["Methods", "Reference", "bibliography", "methods", "references"]
