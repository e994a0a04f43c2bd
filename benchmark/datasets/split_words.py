"""The column of splits in a table that people wrote, and the error at the first wrong row of a table."""

from pathlib import Path

import pandas as pd

from benchmark.errors import UserError

_SPLITS = ("train", "val", "valid", "test")
_OTHER_SPLITS = {"training": "train", "validation": "valid", "testing": "test"}


def split_of(word: str) -> str:
    """The split (train, val, valid or test) that a word means, in any case; empty for any other word."""
    name = _OTHER_SPLITS.get(word.lower(), word.lower())
    return name if name in _SPLITS else ""


def splits_of(path: Path, rows: pd.DataFrame) -> tuple[pd.Series, str, str]:
    """The splits `train` and `test` of rows by line, the data set's own name of the test part, and a note.

    Splits are empty without a column `split`. If there are `test` rows, they are the test set, and val
    belongs to the training pool; otherwise the val or valid rows are the test set. Raises UserError with file
    and line.
    """
    if "split" not in rows:
        return pd.Series("", index=rows.index), "", ""
    words = rows["split"].str.lower()
    split = words.replace(_OTHER_SPLITS)
    refuse(path, ~split.isin(_SPLITS), rows["split"], f"split must be one of {', '.join(_SPLITS)}")
    has_test = bool((split == "test").any())
    test = split == "test" if has_test else split.isin(["val", "valid"])
    evaluated_on = "test" if has_test else "valid"
    taken = [
        f"'{word}' taken for '{_OTHER_SPLITS[word]}'" for word in sorted(set(words) & set(_OTHER_SPLITS))
    ]
    note = f"split {', '.join(taken)}" if taken else ""
    return test.map({True: "test", False: "train"}), evaluated_on if test.any() else "", note


def refuse(path: Path, wrong: pd.Series, values: pd.Series, message: str) -> None:
    """Raise UserError with line and value of the first row that is wrong, if any; the index holds lines."""
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise UserError(f"{path}:{wrong.index[row]}: '{str(values.iloc[row])[:120]}': {message}")
