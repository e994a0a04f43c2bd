"""How well features that should say nothing of disease predict the label, cross-validated by patient."""

from collections.abc import Iterator
from dataclasses import replace

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
    could not be read are left out. Each class against the others, or finding, is predicted by itself; the
    confidence of all intervals together is 95 % (Bonferroni), and the one that is told best is named.
    """
    patients = audited.images["patient"].to_numpy(object)
    problems = [
        (name, rows, labels)
        for name, rows, labels in _problems(audited)
        if len(np.unique(labels)) > 1 and fewest_patients(patients[rows], labels) >= _FEWEST
    ]
    if not problems:
        return Finding(
            code, "ok", f"too few patients to say whether {what} tells the label ({_FEWEST} of each label)"
        )
    confidence = 1 - (1 - _CONFIDENCE) / len(problems)
    measured = max(
        (
            replace(predictability(features[rows], labels, patients[rows], confidence), of=name)
            for name, rows, labels in problems
        ),
        key=lambda told: told.low,
    )
    text = f"AUROC {measured.auroc:.3f} ({measured.low:.3f} to {measured.high:.3f})"
    if measured.of:
        text = f"{audited.task.word} '{measured.of}', told best of {len(problems)}, by {text}"
    if measured.low > THRESHOLD:
        message = f"the label follows from {what} alone: {text}, above {THRESHOLD}"
        return Finding(code, "warning", message, shortcut=measured)
    message = f"the label does not follow from {what} alone: {text}"
    return Finding(code, "ok", message, shortcut=measured)


def _problems(audited: Audited) -> Iterator[tuple[str, NDArray[np.intp], NDArray[np.int64]]]:
    """Labels 0 and 1, and the rows that have one: of two classes, of each class or finding."""
    readable = np.array([not error for error in audited.scanned.errors])
    if audited.task.is_binary:
        rows = np.flatnonzero(readable)
        yield "", rows, audited.images["label"].to_numpy(np.int64)[rows]
        return
    for name, column in zip(audited.task.classes, audited.task.truth(audited.images).T, strict=True):
        rows = np.flatnonzero(readable & ~np.isnan(column))
        yield name, rows, column[rows].astype(np.int64)


def predictability(
    features: NDArray[np.float32],
    labels: NDArray[np.int64],
    patients: NDArray[np.object_],
    confidence: float = _CONFIDENCE,
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
    low, high = interval(spread, confidence, (0.0, 1.0))
    return Shortcut(value, low, high)
