"""Table of the counts of a data set."""

from collections.abc import Iterator
from functools import partial

import pandas as pd

from results.frames import TableRows, in_order, refuse_twice, tidy
from results.labels import plain_name
from results.tables.columns import PART, number_column, text_column
from results.tables.formatting import Row, count, number
from results.tables.paper import PaperTable, paper_table

_KEY = ["body_part", "split", "label"]
_UNITS = ("images", "studies", "patients")
_SPLITS = {"train": "training pool", "test": "test set"}


def dataset_table(rows: TableRows) -> PaperTable:
    """Images, studies and patients per body part, and how many are abnormal, in the pool and the test set.

    Rows as of the figure DatasetCounts: body_part, split (`train`, `test`), label (0 normal, 1 abnormal),
    images, studies, patients. The CSV has one row per body part, split and label.
    """
    table = tidy(rows, _KEY, _UNITS).astype(dict.fromkeys(_UNITS, int))
    refuse_twice(table, _KEY, "give one row for each")
    share = partial(number, decimals=1)
    columns = [
        text_column("split", "split"),
        PART,
        number_column("images", "images", count),
        number_column("abnormal\n%", "abnormal_images", share),
        number_column("studies", "studies", count),
        number_column("abnormal\n%", "abnormal_studies", share),
        number_column("patients\nnormal", "normal_patients", count),
        number_column("patients\nabnormal", "abnormal_patients", count),
    ]
    note = "A patient with a normal and an abnormal study counts under both."
    caption = "Images, studies and patients, with the share that is abnormal."
    return paper_table("data_set", caption, table, columns, rows=_lines(table), note=note, sectioned=True)


def _lines(table: pd.DataFrame) -> Iterator[Row]:
    """A line per split and body part."""
    for split in dict.fromkeys(table["split"]):
        for part in in_order(table["body_part"]):
            own = table[(table["split"] == split) & (table["body_part"] == part)].set_index("label")
            counts = own[list(_UNITS)].reindex([0, 1], fill_value=0)
            normal, abnormal = counts.loc[0], counts.loc[1]
            total = normal + abnormal
            share = 100 * abnormal / total.where(total > 0)
            yield {
                "split": _SPLITS.get(split, plain_name(split)),
                "body_part": part,
                "images": total["images"],
                "abnormal_images": share["images"],
                "studies": total["studies"],
                "abnormal_studies": share["studies"],
                "normal_patients": normal["patients"],
                "abnormal_patients": abnormal["patients"],
            }
