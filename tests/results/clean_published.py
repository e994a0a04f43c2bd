"""How results/published.csv was made: `python tests/results/clean_published.py RAW.csv results/published.csv`.

RAW.csv holds the numbers as they were collected: source, source_ref, method, backbone, classifier,
body_part, train_size, unit, split, metric, value, ci_low, ci_high, note.
"""

import sys
from pathlib import Path

import pandas as pd

COLUMNS = [
    *("source", "reference", "method", "backbone", "classifier", "body_part", "train_size", "unit", "split"),
    *("metric", "value", "low", "high", "note"),
]
RENAMED = {"source_ref": "reference", "ci_low": "low", "ci_high": "high"}
METHODS = {
    "fine-tuning",
    "feature-extraction",
    "handcrafted",
    "from-scratch",
    "ensemble",
    "radiologist",
    "unstated",
}
OUR_METHODS = {
    "fine-tuning": "fine_tuning",
    "feature-extraction": "feature_extraction",
    "handcrafted": "hand_crafted",
    "from-scratch": "from_scratch",
}
OUR_METRICS = {
    "kappa": "cohens_kappa",
    "kappa_derived": "cohens_kappa",
    "auprc": "average_precision",
    "recall": "sensitivity",
}
OUR_PARTS = {"WRIST+HUMERUS+ELBOW": "wrist, humerus and elbow"}
KNOWN = {
    "method": METHODS,
    "unit": {"study", "image", "unstated"},
    "split": {"official-valid", "hidden-test", "own-split", "train", "unstated"},
}
MEAN_OF_PARTS = (
    "README column AVERAGE mapped to ALL"  # checked: the mean of the seven parts' kappas, not all studies'
)
PRESUMED = "presumed"  # the note says that unit or split were guessed
OLDER = r"MURA v1\.0|first paper version"  # other studies than MURA v1.1, which ours and the others use


def cleaned(raw: pd.DataFrame) -> pd.DataFrame:
    """The collected numbers in our words, with what cannot be compared marked as such.

    Raises ValueError for a row whose fields are not where they belong.
    """
    for column, known in KNOWN.items():
        wrong = raw[~raw[column].isin(known)]
        if len(wrong):
            raise ValueError(f"row {wrong.index[0] + 2}: {column} '{wrong[column].iloc[0]}': shifted fields?")
    rows = raw.rename(columns=RENAMED)
    rows["train_size"] = pd.to_numeric(rows["train_size"]).astype("Int64")
    rows[["value", "low", "high"]] = rows[["value", "low", "high"]].apply(pd.to_numeric)
    rows = _without_epochs(rows)
    rows = _marked(rows)
    rows["method"] = rows["method"].replace(OUR_METHODS)
    rows["metric"] = rows["metric"].replace(OUR_METRICS)
    parts = rows["body_part"].replace(OUR_PARTS).str.removeprefix("XR_").str.removeprefix("per part: ")
    rows["body_part"] = parts.str.lower().replace({"worst": "worst part", "best": "best part"})
    return _with_classifiers(rows)[COLUMNS].reset_index(drop=True)


def _without_epochs(rows: pd.DataFrame) -> pd.DataFrame:
    """Of a run printed epoch by epoch, the last and the best, which was chosen on the test set."""
    epochs = rows["reference"].str.contains(r"section 2\.13 epoch")
    kept = rows["reference"].str.endswith(("epoch 18", "epoch 20"))
    rows = rows[~epochs | kept].copy()
    best = rows["reference"].str.endswith("epoch 18")
    rows.loc[best, "note"] = "best of epochs 10-20, chosen on the test set; Adam default lr"
    return rows


def _marked(rows: pd.DataFrame) -> pd.DataFrame:
    """What was guessed is unstated; the older data set has splits of its own; a mean of parts is no pool."""
    presumed = rows["note"].str.contains(PRESUMED)
    rows.loc[presumed, ["unit", "split"]] = "unstated"
    rows.loc[rows["note"].str.contains(OLDER), "split"] += "-v1.0"
    averaged = rows["note"].str.contains(MEAN_OF_PARTS)
    rows["note"] = rows["note"].str.replace(f"; {MEAN_OF_PARTS}", "")
    rows.loc[averaged & (rows["body_part"] == "ALL"), "body_part"] = "mean of parts"
    return rows


def _with_classifiers(rows: pd.DataFrame) -> pd.DataFrame:
    """A classifier that a source names in some rows of one model belongs in all of them."""
    model = ["source", "reference", "method", "backbone"]
    named = rows.groupby(model)["classifier"].agg(lambda names: sorted(set(names) - {""}))
    only = rows[model].apply(lambda row: named[tuple(row)], axis=1)
    rows["classifier"] = [
        name or (found[0] if len(found) == 1 else "")
        for name, found in zip(rows["classifier"], only, strict=True)
    ]
    return rows


def main(raw: str, target: str) -> None:
    """Read the one, write the other."""
    cleaned(pd.read_csv(raw, dtype=str, keep_default_na=False)).to_csv(Path(target), index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
