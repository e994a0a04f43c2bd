"""Predictions in, answers out: metrics, intervals and tables."""
