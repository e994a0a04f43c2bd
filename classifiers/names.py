"""Names of classifiers that other modules need without importing the registry."""

MAJORITY = "majority"  # the baseline, also a control
WEIGHTS = "weights.safetensors"  # file of the weights of a fine-tuned network, in the cell's folder
RECIPE_VERSION = 3  # raise it when a classifier, its search or its calibration gives different numbers
FOLDS = 5  # five or ten are recommended (Hastie, Tibshirani and Friedman 2009, section 7.10)
