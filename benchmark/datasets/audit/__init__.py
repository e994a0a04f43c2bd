"""The audit of a data set: what in its images and its table would make a comparison of methods wrong."""
