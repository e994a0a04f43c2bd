from results.tables.classes import class_differences_table, class_verdicts_table, classes_table

METRICS = ("auroc", "average_precision", "sensitivity_at_chosen", "specificity_at_chosen")
NUMBERS = {
    f"{metric}{end}": 0.75
    for metric in (*METRICS, "calibration_slope", "calibration_intercept")
    for end in ("", "_low", "_high")
}
AXES = {"body_part": "chest", "strategy": "fine_tuning", "method": "resnet18 · end_to_end"}
COUNTS = {"train_patients": 30, "test_patients": 12, "test_studies": 14, "test_read": 90}
DIFFERENCE = {
    "class": "mass",
    "backbone": "resnet18",
    "body_part": "chest",
    "first": 0.7,
    "second": 0.8,
    "difference": 0.1,
    "low": 0.05,
    "high": 0.15,
    "p_adjusted": 0.0004,
    "family": 14,
    "verdict": "fine-tune",
}


def test_a_line_has_the_counts_and_scores_of_a_finding():
    rows = [
        AXES | COUNTS | NUMBERS | {"class": "mass"},
        AXES | COUNTS | dict.fromkeys(NUMBERS) | {"class": "hernia"},
    ]
    table = classes_table(rows, "finding")
    text = table.markdown()
    assert "| finding |" in text
    assert "0.750 [0.750, 0.750]" in text
    assert table.frame["class"].tolist() == ["mass", "hernia"]
    assert [cell.text for cell in table.rows[1]][-6:] == ["–"] * 6
    assert "Each finding against the rest" in table.note


def test_a_line_has_both_sides_and_the_verdict_of_a_finding():
    table = class_differences_table([DIFFERENCE], "finding", level=0.05)
    assert [cell.text for cell in table.rows[0]][1:] == [
        "mass",
        "resnet18",
        "0.700",
        "0.800",
        "+0.100",
        "<0.001",
        "fine-tune",
    ]
    assert "over 14 comparisons (Holm 1979)" in table.note


def test_the_terminal_shows_the_same_line():
    (row,) = class_verdicts_table([DIFFERENCE], "finding").to_dict("records")
    assert (row["finding"], row["difference"]) == ("mass", "+0.100 [+0.050, +0.150]")
    assert row["p (Holm)"] == "<0.001"
