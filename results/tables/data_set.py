"""What a data set holds, as a table."""

from collections.abc import Iterator

import pandas as pd

from results.figures.style import part_label, plain_name
from results.frames import Rows, in_order, refuse_twice, tidy
from results.tables.formatting import Row, number
from results.tables.paper import TEXT, Column, PaperTable, paper_table

_KEY = ["body_part", "split", "label"]
_UNITS = ("images", "studies", "patients")
_SPLITS = {"train": "training pool", "test": "test set"}


def dataset_table(rows: Rows) -> PaperTable:
    """Images, studies and patients per body part, and how many are abnormal, in the pool and the test set.

    Rows as of the figure DatasetCounts: body_part, split (`train`, `test`), label (0 normal, 1 abnormal),
    images, studies, patients. The CSV has one row per body part, split and label.
    """
    table = tidy(rows, _KEY, _UNITS).astype(dict.fromkeys(_UNITS, int))
    refuse_twice(table, _KEY, "give one row for each")
    columns = [
        Column("split", lambda row: row["split"], TEXT),
        Column("body part", lambda row: part_label(row["body_part"]), TEXT),
        Column("images", lambda row: number(row["images"], 0)),
        Column("abnormal\n%", lambda row: number(row["abnormal_images"], 1)),
        Column("studies", lambda row: number(row["studies"], 0)),
        Column("abnormal\n%", lambda row: number(row["abnormal_studies"], 1)),
        Column("patients\nnormal", lambda row: number(row["normal_patients"], 0)),
        Column("patients\nabnormal", lambda row: number(row["abnormal_patients"], 0)),
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
