"""The classifiers by name, for those who must not import scikit-learn to know them."""

MAJORITY = "majority"  # the control: a constant
CLASSIFIER_NAMES = ("logistic_regression", "linear_svm", "rbf_svm", "xgboost", MAJORITY)
RECIPE_VERSION = 2  # raise it when a classifier, its search or its calibration gives other numbers
