"""The metrics by name, for those who must not import numpy to know them."""

LOWER_IS_BETTER = ("brier", "ece", "log_loss")
METRIC_NAMES = (
    "auroc",
    "average_precision",
    "cohens_kappa",
    "accuracy",
    "balanced_accuracy",
    "sensitivity",
    "specificity",
    "f1",
    "mcc",
    "brier",
    "ece",
)
