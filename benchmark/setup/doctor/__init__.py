"""Find what stands in the way of a run on this machine: one function for each check, in one registry."""
