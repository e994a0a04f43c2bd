"""The worklist's table: shares with intervals, and what they would be without order."""

from results.tables.worklist import worklist_table

NAMES = ("first_20", "first_40", "first_60", "median", "saved")
ROW = {
    "body_part": "hand",
    "strategy": "fine_tuning",
    "method": "resnet50 · end_to_end",
    "train_size": "full",
}
ROW |= {"units": 1200, "abnormal": 300}
ROW |= {f"{name}{end}": value for name in NAMES for end, value in (("", 0.4), ("_low", 0.3), ("_high", 0.52))}


def test_shares_have_their_intervals(printed):
    table = worklist_table([ROW], "study", confidence=0.9)
    (row,) = printed(table)
    assert row["first 20 %"] == row["not read at 95 % sensitivity"] == "0.40"
    intervals = [cell.interval for cell in table.rows[0][5:]]
    assert intervals == ["[0.30, 0.52]"] * 5
    assert row["studies of the test"] == "1,200"
    assert "90 % percentile interval" in table.note
    assert "studies" in table.caption


def test_an_unknown_share_is_marked(printed):
    (row,) = printed(
        worklist_table([ROW | {"median": None, "median_low": None, "median_high": None}], "image")
    )
    assert row["median abnormal at"] == "–"
