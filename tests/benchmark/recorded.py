"""Records that a test makes itself, with nothing behind them."""

from typing import Any

from benchmark.store.record import Failed, Finished, read_record

CONTENT: dict[str, Any] = {
    "version": 1,
    "cell": "c1",
    "strategy": "feature_extraction",
    "backbone": "resnet50",
    "classifier": "rbf_svm",
    "body_part": "hand",
    "train_size": 100,
    "seed": 0,
    "grid": "g",
    "dataset": "mura",
    "protocol": "official",
    "leaky": False,
    "evaluated_on": "valid",
    "image": {"size": 32, "fit": "pad"},
    "pixels_digest": "p",
    "fingerprint": {"manifest": "m"},
    "evaluation": {"confidence": 0.95, "resamples": 100},
    "started": "2026-01-01T00:00:00+00:00",
}
COUNTS = {
    "test_images": 8,
    "test_studies": 8,
    "test_patients": 8,
    "test_positive_studies": 4,
    "train_images": 100,
    "train_positive": 40,
    "train_patients": 50,
}
RESULT: dict[str, Any] = {
    "status": "ok",
    "finished": "2026-01-01T00:00:01+00:00",
    "parameters": {"C": 1.0},
    "selection_auroc": 0.5,
    "threshold": 0.5,
    "seconds": {"select": 1.0, "fit": 2.0, "predict": 0.5},
    "predictions_sha256": "0",
    "metrics": {"study": {"auroc": {"value": 0.8, "low": 0.7, "high": 0.9}}},
    "counts": COUNTS,
    "intervals": "standard error",
}


def finished(**changes: Any) -> Finished:
    """The record of a finished cell with these keys instead of the usual ones; None leaves a key out."""
    content = CONTENT | RESULT | changes
    record = read_record({key: value for key, value in content.items() if value is not None})
    assert isinstance(record, Finished)
    return record


def failed(**changes: Any) -> Failed:
    """The record of a cell that failed."""
    record = read_record(CONTENT | {"status": "failed", "error": "broken", "finished": ""} | changes)
    assert isinstance(record, Failed)
    return record
