"""From a grid to records: plan, estimates, subsets, executors, and a runner per strategy."""
