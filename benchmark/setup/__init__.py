"""Start from nothing: propose a grid for a data set and this machine, and find what stands in a run's way."""
