"""The methods of a paper in words, from facts: what was done with its numbers, and whom to cite for it."""

from results.methods_text.citations import Citation
from results.methods_text.facts import Facts, Network, PartCounts, Recipe, Stage
from results.methods_text.paragraphs import citations, methods

__all__ = ["Citation", "Facts", "Network", "PartCounts", "Recipe", "Stage", "citations", "methods"]
