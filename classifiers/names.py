"""Names of classifiers that other modules need without importing the registry."""

MAJORITY = "majority"  # the baseline, also a control
WEIGHTS = "weights.safetensors"  # file of the weights of a fine-tuned network, in the cell's folder
RECIPE_VERSION = 2  # raise it when a classifier, its search or its calibration gives different numbers
