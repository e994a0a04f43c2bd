"""Freeze the network or fine-tune it: what to run, where it runs and what is recorded."""
