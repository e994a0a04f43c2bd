from pathlib import Path

import pandas as pd
import pytest

from benchmark.datasets.split_words import refuse, split_of, splits_of
from benchmark.errors import UserError

FILE = Path("m.csv")


def rows(*splits: str) -> pd.DataFrame:
    return pd.DataFrame({"split": splits}, index=range(2, 2 + len(splits)), dtype="str")


@pytest.mark.parametrize(
    ("words", "splits", "evaluated_on"),
    [
        (("train", "test", "val"), ["train", "test", "train"], "test"),
        (("train", "val"), ["train", "test"], "valid"),
        (("Training", "TESTING"), ["train", "test"], "test"),
        (("train", "train"), ["train", "train"], ""),
    ],
)
def test_the_test_rows_are_the_test_set_or_else_the_val_rows(
    words: tuple[str, ...], splits: list[str], evaluated_on: str
) -> None:
    found, name, _ = splits_of(FILE, rows(*words))
    assert (found.tolist(), name) == (splits, evaluated_on)


def test_other_words_are_said_and_unknown_ones_refused_with_their_line() -> None:
    assert splits_of(FILE, rows("training", "test"))[2] == "split 'training' taken for 'train'"
    with pytest.raises(UserError, match=r"^m\.csv:3: 'tset': split must be one of train, val, valid, test$"):
        splits_of(FILE, rows("train", "tset"))


def test_without_a_column_there_is_no_split() -> None:
    found, name, note = splits_of(FILE, rows("a", "b").rename(columns={"split": "x"}))
    assert (found.tolist(), name, note) == (["", ""], "", "")


def test_the_first_wrong_row_is_named() -> None:
    values = pd.Series(["a", "b", "c"], index=[2, 5, 9])
    refuse(FILE, values == "z", values, "never")
    with pytest.raises(UserError, match=r"^m\.csv:5: 'b': is wrong$"):
        refuse(FILE, values > "a", values, "is wrong")


@pytest.mark.parametrize(
    ("word", "split"), [("Train", "train"), ("TESTING", "test"), ("val", "val"), ("normal", "")]
)
def test_a_word_means_a_split_or_nothing(word, split):
    assert split_of(word) == split
