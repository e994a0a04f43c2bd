"""Vectors in, probabilities out: each classifier is one function from a training subset to a fit."""
