"""The data-set table's counts and shares add up."""

import pytest

from results.tables.data_set import dataset_table
from tests.results.tables.conftest import PARTS, count_rows


def test_counts_of_both_labels_are_added_and_the_share_is_the_abnormal_one(printed):
    line = printed(dataset_table(count_rows()))[0]
    assert line["split"] == "training pool"
    assert (line["images"], line["studies"]) == ("5,000", "1,200")
    assert (line["patients normal"], line["patients abnormal"]) == ("800", "300")
    first = dataset_table(count_rows()).rows[0]
    assert [cell.text for cell in first][3:6:2] == ["40.0", "25.0"]


def test_each_split_has_each_part_once_and_all_parts_last(printed):
    lines = printed(dataset_table(count_rows(parts=("all", "wrist", "hand"))))
    assert [(line["split"], line["body part"]) for line in lines] == [
        (split, part) for split in ("training pool", "test set") for part in ("wrist", "hand", "all parts")
    ]


def test_a_part_with_one_label_alone_has_no_patients_of_the_other(printed):
    rows = [row for row in count_rows(parts=("wrist",)) if row["label"] == 0]
    table = dataset_table(rows)
    assert printed(table)[0]["patients abnormal"] == "0"
    assert table.rows[0][3].text == "0.0"


def test_an_empty_part_has_no_share():
    rows = [row | {"images": 0, "studies": 0, "patients": 0} for row in count_rows(parts=("wrist",))]
    assert dataset_table(rows).rows[0][3].text == "–"


def test_the_csv_has_a_row_per_part_split_and_label():
    assert len(dataset_table(count_rows()).frame) == len(PARTS) * 2 * 2


def test_a_count_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="two rows for wrist · train · 0"):
        dataset_table(count_rows(parts=("wrist",)) * 2)
