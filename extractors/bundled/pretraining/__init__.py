"""Pretraining without natural images: a network learns to classify pictures that formulas draw.

The numbers without a source in this package were chosen by hand; none is tuned on radiographs.
"""
