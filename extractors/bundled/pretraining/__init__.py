"""Pretraining without any natural image: pictures drawn by formulas, and a network that names the formula."""
