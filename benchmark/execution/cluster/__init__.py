"""Compute the cells of a run on a Dask cluster (the extra `cluster`)."""
