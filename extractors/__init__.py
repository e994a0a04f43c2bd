"""Pixels in, feature vectors out."""
