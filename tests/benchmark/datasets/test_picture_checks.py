import numpy as np
import pandas as pd
import pytest

from benchmark.datasets import picture_checks as checks
from benchmark.datasets.picture_checks import cramers_v

N = 60


def table(**columns: object) -> pd.DataFrame:
    """Readable, ordinary images of N patients with alternating labels in one split; keywords replace columns."""
    rows = np.arange(N)
    usual: dict[str, object] = {
        "image": [f"{row}.png" for row in rows],
        "patient": [f"p{row}" for row in rows],
        "label": rows % 2,
        "split": "train",
        "error": "",
        "format": "PNG",
        "mode": "L",
        "bits": 8,
        "width": 300 + rows // 2 % 7,
        "height": 400 + rows // 2 % 5,
        "span": 200,
        "levels": 250,
        "inverted": False,
    }
    return pd.DataFrame(usual | columns)


ABNORMAL = np.arange(N) % 2 == 1
FEW = np.arange(N) < 3


def test_ordinary_images_have_no_finding() -> None:
    for check in (
        checks.constant_images, checks.images_of_little_range, checks.images_that_look_inverted,
        checks.images_of_two_depths, checks.mode_goes_with_label, checks.depth_goes_with_label,
        checks.size_goes_with_label, checks.inversion_goes_with_label, checks.range_goes_with_label,
    ):  # fmt: skip
        assert check(table()).severity == "ok", check


def test_constant_images_are_named() -> None:
    finding = checks.constant_images(table(levels=np.where(FEW, 1, 250)))
    assert (finding.code, finding.severity, finding.examples) == (
        "DATA010",
        "warning",
        ("0.png", "1.png", "2.png"),
    )


def test_images_of_little_range_are_named_with_the_way_out() -> None:
    finding = checks.images_of_little_range(table(span=np.where(FEW, 12, 200)))
    assert (finding.code, finding.severity, len(finding.examples)) == ("DATA011", "warning", 3)
    assert "window: [1, 99]" in finding.message


@pytest.mark.parametrize(("inverted", "severity"), [(FEW, "warning"), (~FEW, "ok"), (ABNORMAL & False, "ok")])
def test_some_inverted_images_are_named_but_not_a_whole_set(inverted: np.ndarray, severity: str) -> None:
    finding = checks.images_that_look_inverted(table(inverted=inverted))
    assert (finding.code, finding.severity) == ("DATA012", severity)


@pytest.mark.parametrize("deep", [FEW, ~FEW])
def test_the_rarer_of_two_depths_is_named(deep: np.ndarray) -> None:
    finding = checks.images_of_two_depths(table(bits=np.where(deep, 16, 8)))
    assert (finding.code, finding.severity, len(finding.examples)) == ("DATA013", "warning", 3)


def test_a_set_of_one_depth_has_no_finding() -> None:
    assert checks.images_of_two_depths(table(bits=16)).severity == "ok"


def test_a_mode_that_goes_with_the_label_is_a_shortcut() -> None:
    finding = checks.mode_goes_with_label(table(mode=np.where(ABNORMAL, "RGB", "L")))
    assert (finding.code, finding.severity) == ("DATA014", "warning")
    assert "train: Cramér's V 1.00, p = 9e-15" in finding.message
    assert finding.examples == (
        "train: PNG L: 30 normal, 0 abnormal",
        "train: PNG RGB: 0 normal, 30 abnormal",
    )


def test_a_mode_that_does_not_go_with_the_label_is_none() -> None:
    assert (
        checks.mode_goes_with_label(table(mode=np.where(np.arange(N) % 4 < 2, "RGB", "L"))).severity == "ok"
    )


def test_a_depth_that_goes_with_the_label_is_a_shortcut() -> None:
    finding = checks.depth_goes_with_label(table(bits=np.where(ABNORMAL, 16, 8)))
    assert (finding.code, finding.severity) == ("DATA015", "warning")


@pytest.mark.parametrize("sizes", ["few", "many", "ratio"])
def test_a_size_that_goes_with_the_label_is_a_shortcut(sizes: str) -> None:
    random = np.random.default_rng(0)
    columns = {
        "few": {"width": np.where(ABNORMAL, 512, 500), "height": 400},
        "many": {"width": random.integers(300, 400, N) + 200 * ABNORMAL},
        "ratio": {"width": np.where(ABNORMAL, 400, 300), "height": np.where(ABNORMAL, 300, 400)},
    }[sizes]
    finding = checks.size_goes_with_label(table(**columns))
    assert (finding.code, finding.severity) == ("DATA016", "warning")


def test_inversion_that_goes_with_the_label_is_a_shortcut() -> None:
    finding = checks.inversion_goes_with_label(table(inverted=ABNORMAL))
    assert (finding.code, finding.severity) == ("DATA017", "warning")


def test_a_range_that_goes_with_the_label_is_a_shortcut() -> None:
    finding = checks.range_goes_with_label(table(span=np.where(ABNORMAL, 12, 200)))
    assert (finding.code, finding.severity) == ("DATA018", "warning")


def test_each_split_is_tested_alone() -> None:
    split = np.where(np.arange(N) < N // 2, "train", "test")
    mode = np.where(ABNORMAL & (split == "test"), "RGB", "L")
    finding = checks.mode_goes_with_label(table(split=split, mode=mode))
    assert finding.severity == "warning"
    assert "test:" in finding.message
    assert "train:" not in finding.message


def test_many_images_of_few_patients_prove_nothing() -> None:
    patient = np.where(ABNORMAL, "p", "q")
    assert (
        checks.mode_goes_with_label(table(patient=patient, mode=np.where(ABNORMAL, "RGB", "L"))).severity
        == "ok"
    )


def test_unreadable_images_are_left_out() -> None:
    error = np.where(ABNORMAL & (np.arange(N) > 5), "broken", "")
    empty = np.where(error == "", "L", "")
    assert checks.mode_goes_with_label(table(error=error, mode=empty)).severity == "ok"


def test_cramers_v_is_that_of_scipy() -> None:
    from scipy.stats.contingency import association

    counts = np.array([[10, 20, 3], [7, 5, 30]])
    assert cramers_v(counts)[0] == pytest.approx(association(counts, method="cramer"))
    assert cramers_v(counts[:1]) == (0.0, 1.0)
