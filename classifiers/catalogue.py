"""Every classifier by its name: a new one is a function and a line here and in names.py."""

from collections.abc import Callable

from classifiers.boosting import xgboost
from classifiers.fit import Fit
from classifiers.linear import linear_svm, logistic_regression
from classifiers.majority import majority
from classifiers.subset import Subset
from classifiers.svm import rbf_svm

CLASSIFIERS: dict[str, Callable[[Subset], Fit]] = {
    "logistic_regression": logistic_regression,
    "linear_svm": linear_svm,
    "rbf_svm": rbf_svm,
    "xgboost": xgboost,
    "majority": majority,
}
