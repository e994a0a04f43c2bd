"""The registry of classifiers: a new one is a function and an entry here, or an entry point of GROUP.

An installed package adds its own with, in its pyproject.toml,

    [project.entry-points."benchmark.classifiers"]
    forest = "my_package.forest:FOREST"

where FOREST is a `classifiers.Classifier`.
"""

from classifiers.classifier import Classifier
from classifiers.names import MAJORITY
from extractors.registry import lazy, with_entry_points
from extractors.validation import did_you_mean

GROUP = "benchmark.classifiers"


# First guesses of time are rough; they are used until the workspace has measured times of the classifier.
CLASSIFIERS: dict[str, Classifier] = with_entry_points(
    GROUP,
    [
        Classifier(
            name="logistic_regression",
            label="logistic regression",
            fit=lazy("classifiers.linear:logistic_regression"),
            reference=lazy("classifiers.linear:plain_logistic_regression"),
            citations=("pedregosa2011sklearn",),
            first_guess=(0.3, 1.0),
            method=(
                "Logistic regression had an L2 penalty; C was chosen among the powers of ten from 10⁻⁵ to 10."
            ),
        ),
        Classifier(
            name="linear_svm",
            label="linear SVM",
            fit=lazy("classifiers.linear:linear_svm"),
            reference=lazy("classifiers.linear:plain_linear_svm"),
            citations=("pedregosa2011sklearn",),
            first_guess=(0.3, 1.0),
            method=(
                "The linear support vector machine had a squared hinge loss and an L2 penalty; C was chosen "
                "among the powers of ten from 10⁻⁵ to 10."
            ),
        ),
        Classifier(
            name="rbf_svm",
            label="RBF SVM",
            fit=lazy("classifiers.svm:rbf_svm"),
            reference=lazy("classifiers.svm:plain_rbf_svm"),
            citations=("pedregosa2011sklearn",),
            first_guess=(0.5, 1.9),
            method=(
                "The support vector machine had a Gaussian kernel; C was chosen among 0.1, 1, 10 and 100, "
                "and gamma among 1/16, 1/4 and 1 over the number of features."
            ),
        ),
        Classifier(
            name="xgboost",
            label="XGBoost",
            fit=lazy("classifiers.boosting:xgboost"),
            reference=lazy("classifiers.boosting:plain_xgboost"),
            citations=("chen2016xgboost",),
            first_guess=(7.0, 1.0),
            method=(
                "Gradient-boosted trees had a learning rate of 0.1 and saw 80 % of the images and 25 % of "
                "the features per tree; their depth was chosen among 3 and 5 and their number among 50, 100, "
                "200 and 400."
            ),
        ),
        Classifier(
            name="knn",
            label="k nearest neighbours",
            fit=lazy("classifiers.neighbours:knn"),
            reference=lazy("classifiers.neighbours:plain_knn"),
            citations=("pedregosa2011sklearn",),
            first_guess=(0.3, 2.0),
            method=(
                "The k nearest neighbours were weighted by the inverse of their distance; k was chosen among "
                "5, 10, 20 and 50, and the distance among the Euclidean one and one minus the cosine."
            ),
        ),
        Classifier(
            name="tabicl",
            label="TabICL",
            fit=lazy("classifiers.tabicl_fit:tabicl"),
            why_absent=lazy("classifiers.tabicl_checkpoint:why_absent"),
            identity=lazy("classifiers.tabicl_checkpoint:identity"),
            citations=("qu2025tabicl",),
            first_guess=(200.0, 1.5),
            method=(
                "TabICL, a transformer pretrained on tables, read the training images with each prediction; "
                "nothing was searched. It saw at most 100 principal components of the training images' "
                "features, and at most 10,000 training images."
            ),
        ),
        Classifier(
            name=MAJORITY,
            label="majority",
            fit=lazy("classifiers.majority:majority"),
            reference=lazy("classifiers.majority:plain_majority"),
            first_guess=(0.1, 0.0),
            method="The majority baseline gave every test image the share of positives in training.",
            learns=False,
        ),
    ],
)


def find_classifier(name: str) -> Classifier:
    """The entry of a name. Raises ValueError, with the nearest name, when there is none."""
    if name not in CLASSIFIERS:
        raise ValueError(f"there is no classifier '{name}'{did_you_mean(name, tuple(CLASSIFIERS))}")
    return CLASSIFIERS[name]


def learns(name: str) -> bool:
    """False for the registered baselines; True for all else, such as a fine-tuned network's own head."""
    return name not in CLASSIFIERS or CLASSIFIERS[name].learns
