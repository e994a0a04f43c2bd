"""The facts of a made-up study, as `benchmark.reporting.checklist_facts` gives them."""

from tests.results.methods_text.test_writing import facts

AMOUNT = {"images": 300, "studies": 200, "patients": 100}
HALF = {"images": 150, "studies": 100, "patients": 60}
INTERVAL = {"value": 0.9, "low": 0.8, "high": 0.95}


def study(**changes):
    """`changes` are of the grid or of the facts, as in `tests.results.methods_text.test_writing.facts`."""
    known = facts(
        **{
            "listed": {"images": 40_005, "studies": 14_656, "patients": 11_967},
            "counts": {side: {"normal": AMOUNT, "abnormal": HALF} for side in ("train", "test")},
            "shared_patients": 0,
            "unreadable": 0,
            "scores": [
                {"method": "frozen densenet169", "body_part": "all", "images": 36_808, "seeds": 3, **INTERVAL}
            ],
            "differences": [
                difference("all", verdict="fine-tune"),
                difference("wrist", verdict="undecided"),
            ],
            "calls": [
                {
                    "method": "frozen densenet169",
                    "sensitivity": INTERVAL,
                    "specificity": INTERVAL | {"low": None, "high": None},
                    "positives": 1500,
                    "negatives": 700,
                    "missed": 12,
                    "false_alarms": 34,
                }
            ],
            "software": {"name": "benchmark", "version": "1.2.3", "license": "Apache-2.0"},
            "digests": {"manifest": ["a" * 64], "pixels": ["b" * 64], "predictions": 128},
        }
        | changes
    )
    return {"main_part": known["parts"][-1]} | known


def difference(part, **more):
    place = {"body_part": part, "backbone": "densenet169", "images": 3_000}
    judged = {"margin": 0.02, "detectable": 0.041}
    return {**place, **judged, "difference": 0.0312, "low": 0.0101, "high": 0.0523, **more}
