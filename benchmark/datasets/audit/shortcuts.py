"""How well features that should say nothing of disease predict the label, cross-validated by patient."""

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from benchmark.datasets.audit.findings import Audited, Finding, Shortcut
from results.metrics import auroc
from results.uncertainty import Resampled, fewest_patients, interval, patient_weights

THRESHOLD = 0.6  # an interval of the AUROC that is all above it is a warning; chosen by hand
_FOLDS, _CONFIDENCE, _RESAMPLES = 5, 0.95, 200
_FEWEST = 20  # patients of each label; with fewer, nothing is measured


def shortcut(code: str, what: str, audited: Audited, features: NDArray[np.float32]) -> Finding:
    """A warning when these features (n, d) alone predict the label with an AUROC above THRESHOLD.

    Boosted trees are fitted in five folds that divide no patient; the interval is over patients. Images that
    could not be read are left out.
    """
    rows = np.array([not error for error in audited.scanned.errors])
    labels = audited.images["label"].to_numpy(np.int64)[rows]
    patients = audited.images["patient"].to_numpy(object)[rows]
    if len(np.unique(labels)) < 2 or fewest_patients(patients, labels) < _FEWEST:
        return Finding(
            code, "ok", f"too few patients to say whether {what} tells the label ({_FEWEST} of each label)"
        )
    measured = predictability(features[rows], labels, patients)
    text = f"AUROC {measured.auroc:.3f} ({measured.low:.3f} to {measured.high:.3f})"
    if measured.low > THRESHOLD:
        message = f"the label follows from {what} alone: {text}, above {THRESHOLD}"
        return Finding(code, "warning", message, shortcut=measured)
    message = f"the label does not follow from {what} alone: {text}"
    return Finding(code, "ok", message, shortcut=measured)


def predictability(
    features: NDArray[np.float32], labels: NDArray[np.int64], patients: NDArray[np.object_]
) -> Shortcut:
    """The AUROC of out-of-fold probabilities with its interval over patients; 0.5 where nothing varies."""
    if (features == features[:1]).all():
        return Shortcut(0.5, 0.5, 0.5)
    scores = np.zeros(len(labels))
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(features, labels, patients):
        trees = HistGradientBoostingClassifier(max_iter=50, random_state=0, early_stopping=False)
        with threadpool_limits(1):  # threads of small fits wait for each other, minutes on a busy machine
            scores[test] = trees.fit(features[train], labels[train]).predict_proba(features[test])[:, 1]
    value = float(auroc(labels, scores, np.ones((len(labels), 1)))[0])
    drawn = auroc(labels, scores, patient_weights(patients, _RESAMPLES).astype(float))
    spread = Resampled(value, drawn, fewest_patients(patients, labels))
    low, high = interval(spread, _CONFIDENCE, (0.0, 1.0))
    return Shortcut(value, low, high)
