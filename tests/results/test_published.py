"""Published numbers stand beside ours only where they were measured as ours were."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from results.metrics import METRICS
from results.published import comparable, elsewhere, published, published_split

PARTS = ["all", "elbow", "finger", "forearm", "hand", "humerus", "shoulder", "wrist"]
MURA = {"dataset": "mura", "protocol": "official", "evaluated_on": "valid"}
RAW = {
    "source": "A",
    "source_ref": "table 1",
    "method": "fine-tuning",
    "backbone": "net",
    "classifier": "",
    "body_part": "XR_WRIST",
    "train_size": "36808",
    "unit": "study",
    "split": "official-valid",
    "metric": "kappa",
    "value": "0.5",
    "ci_low": "",
    "ci_high": "",
    "note": "",
}


@pytest.fixture(scope="module")
def cleaning():
    """The script beside this test, which made results/published.csv."""
    spec = importlib.util.spec_from_file_location(
        "clean_published", Path(__file__).with_name("clean_published.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def cleaned(cleaning):
    return lambda *changes: cleaning.cleaned(pd.DataFrame([RAW | change for change in changes]))


def test_the_table_is_whole_and_in_our_words():
    table = published()
    assert len(table) == 585
    assert {"fine_tuning", "feature_extraction", "hand_crafted", "radiologist"} <= set(table["method"])
    assert set(table["unit"]) == {"study", "image", "unstated"}
    ours = table["metric"].isin(METRICS)
    assert set(table["metric"][~ours]) == {"log_loss", "precision", "relative_improvement_percent"}
    assert not table["body_part"].str.contains("XR_").any()
    assert table["value"][ours].dropna().between(0, 1).all()
    assert (table["citation"].str.len() > 10).all()


def test_a_copy_is_given_so_that_nobody_changes_the_next_ones():
    table = published()
    table["value"] = 0.0
    assert published()["value"].max() > 0


def test_numbers_beside_ours_share_test_set_unit_metric_and_part():
    rows = comparable(**MURA, unit="study", metric="cohens_kappa", body_parts=["wrist"])
    assert set(rows["split"]) == {"official-valid"}
    assert set(rows["unit"]) == {"study"}
    assert set(rows["body_part"]) == {"wrist"}
    assert set(rows["metric"]) == {"cohens_kappa"}
    tuned = rows[(rows["source"].str.contains("ilias")) & (rows["backbone"] == "DenseNet-169")]
    assert tuned["value"].tolist() == [0.7097]
    assert "notebooks/evaluation.ipynb" in tuned["citation"].item()


def test_kappa_of_images_is_no_kappa_of_studies():
    by_unit = {
        unit: comparable(**MURA, unit=unit, metric="cohens_kappa", body_parts=["all"])
        for unit in ("study", "image")
    }
    values = {unit: rows.set_index("source")["value"].to_dict() for unit, rows in by_unit.items()}
    assert values["image"]["anirudh2019/MURA-CNN"] == 0.604
    assert "anirudh2019/MURA-CNN" not in values["study"]


@pytest.mark.parametrize(
    ("dataset", "protocol", "evaluated_on"),
    [
        ("phantom", "official", "valid"),
        ("manifest", "official", "valid"),
        ("mura", "patient", "valid"),
        ("mura", "official", "test"),
    ],
)
def test_another_test_set_has_no_published_number(dataset, protocol, evaluated_on):
    place = {"dataset": dataset, "protocol": protocol, "evaluated_on": evaluated_on}
    assert published_split(**place) is None
    assert comparable(**place, unit="study", metric="cohens_kappa", body_parts=PARTS).empty


def test_radiologists_were_measured_elsewhere_and_are_only_told_in_words():
    here = comparable(**MURA, unit="study", metric="cohens_kappa", body_parts=PARTS)
    assert "radiologist" not in set(here["method"])
    told = elsewhere(**MURA, unit="study", metric="cohens_kappa", body_parts=PARTS)
    assert told["method"].iloc[0] == "radiologist"
    assert told["value"].iloc[0] == 0.778
    assert set(told["split"]) == {"hidden-test", "official-valid-v1.0"}


def test_the_table_is_what_the_script_makes_of_the_collected_numbers(cleaning):
    raw = Path(__file__).parents[2] / ".." / "shared" / "published.csv"
    if not raw.exists():
        pytest.skip("needs ../shared/published.csv, which is not on this machine")
    made = cleaning.cleaned(pd.read_csv(raw, dtype=str, keep_default_na=False))
    shipped = Path(cleaning.__file__).parents[2] / "results" / "published.csv"
    assert made.to_csv(index=False) == shipped.read_text(encoding="utf-8")


def test_cleaning_speaks_our_words(cleaned):
    row = cleaned(RAW | {"metric": "auprc", "method": "handcrafted", "body_part": "ALL"}).iloc[0]
    assert row[["metric", "method", "body_part", "reference"]].tolist() == [
        "average_precision",
        "hand_crafted",
        "all",
        "table 1",
    ]
    assert row["train_size"] == 36808


def test_cleaning_marks_what_cannot_be_compared(cleaned):
    rows = cleaned(
        {"note": "official validation presumed"},
        {"note": "encounter level; MURA v1.0"},
        {"note": "first paper version (209 test studies); superseded", "split": "hidden-test"},
        {"note": "min over views; README column AVERAGE mapped to ALL", "body_part": "ALL"},
    )
    assert rows["split"].tolist() == ["unstated", "official-valid-v1.0", "hidden-test-v1.0", "official-valid"]
    assert rows["unit"].tolist() == ["unstated", "study", "study", "study"]
    assert rows["body_part"].iloc[-1] == "mean of parts"


def test_cleaning_keeps_the_last_epoch_and_the_best_but_says_how_it_was_chosen(cleaned):
    rows = cleaned(
        *({"source_ref": f"section 2.13 epoch {epoch}", "value": str(epoch / 100)} for epoch in range(10, 21))
    )
    assert rows["value"].tolist() == [0.18, 0.2]
    assert "chosen on the test set" in rows["note"].iloc[0]


def test_cleaning_names_the_classifier_of_a_model_in_all_its_rows(cleaned):
    rows = cleaned({"classifier": "head"}, {"metric": "f1"}, {"backbone": "other"})
    assert rows["classifier"].tolist() == ["head", "head", ""]


def test_shifted_fields_are_refused(cleaned):
    with pytest.raises(ValueError, match="row 3: unit 'official-valid'"):
        cleaned({}, {"unit": "official-valid", "split": "kappa"})
