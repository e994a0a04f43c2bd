"""The controls by name, without any import: importing this module is quick."""

SHUFFLED_LABELS = "shuffled_labels"  # every label belongs to another study
RANDOM_WEIGHTS = "random_weights"  # networks that have never been trained
MAJORITY_CONTROL = "majority"  # the share of positives in training
BODY_PART = "body_part"  # the body part as the only predictor
LEAKY_SPLIT = "leaky_split"  # a split by image, in which patients leak
CONTROL_NAMES = (SHUFFLED_LABELS, RANDOM_WEIGHTS, MAJORITY_CONTROL, BODY_PART, LEAKY_SPLIT)
