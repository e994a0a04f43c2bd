"""Names that several packages share. This module imports nothing, so that it is quick to import."""

CHOSEN = "chosen"  # as a classifier: the one with the best AUROC on the training folds of each seed
SHUFFLED_LABELS = "shuffled_labels"  # labels are permuted over the studies
RANDOM_WEIGHTS = "random_weights"  # untrained networks
MAJORITY_CONTROL = "majority"  # the share of positives in training
BODY_PART = "body_part"  # the body part as the only predictor
LEAKY_SPLIT = "leaky_split"  # a split by image: one patient may be in training and in test
CONTROL_NAMES = (SHUFFLED_LABELS, RANDOM_WEIGHTS, MAJORITY_CONTROL, BODY_PART, LEAKY_SPLIT)
BINARY, MULTICLASS, MULTILABEL, ORDINAL = "binary", "multiclass", "multilabel", "ordinal"
TASKS = (BINARY, MULTICLASS, MULTILABEL, ORDINAL)  # what a label is
