import pytest

from benchmark.datasets.audit.patients_across_splits import patients_across_splits
from tests.benchmark.datasets.audit.audited import audited


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("p1", "p1"),
        ("00012", "12"),
        ("12.0", "12"),
        (" 12 ", "12"),
        ("Jos\u00e9", "Jose\u0301"),
        ("P7", "p7"),
        ("p1", "p01"),
    ],
)
def test_one_patient_on_both_sides_is_found_in_any_spelling(one, other):
    finding = patients_across_splits(
        audited(3, patient=[one, other, "else"], split=["train", "test", "test"])
    )
    assert (finding.code, finding.severity) == ("AUDIT009", "error")
    assert len(finding.examples) == 1


@pytest.mark.parametrize(("one", "other"), [("12", "120"), ("1.5", "15"), ("0", "00a"), ("p1", "p10")])
def test_other_patients_are_not_mixed_up(one, other):
    assert patients_across_splits(audited(2, patient=[one, other], split=["train", "test"])).severity == "ok"


def test_without_splits_there_is_none():
    assert patients_across_splits(audited(2, patient=["a", "a"], split="")).severity == "ok"
