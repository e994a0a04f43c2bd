"""Kept models: probabilities, classes and warnings for images that the benchmark has not seen."""
