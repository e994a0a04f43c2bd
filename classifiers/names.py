"""Constants of classifiers that need no import of the registry."""

MAJORITY = "majority"  # the baseline that a grid may ask for as a control
RECIPE_VERSION = 2  # raise it when a classifier, its search or its calibration gives other numbers
