from results.tables.external import drift_table, external_lines, external_table

ROW = {
    "external": "next_door",
    "comparison": "fine-tuned − frozen",
    "backbone": "resnet50",
    "body_part": "hand",
    "train_size": "full",
    "patients_away": 80,
    "home": 0.05,
    "home_low": 0.02,
    "home_high": 0.08,
    "home_verdict": "fine-tune",
    "away": -0.06,
    "away_low": -0.1,
    "away_high": -0.02,
    "away_verdict": "freeze",
    "change": -0.11,
    "low": -0.15,
    "high": -0.07,
    "p_adjusted": 0.0004,
    "margin": 0.02,
    "detectable": 0.05,
    "family": 4,
    "interim": False,
    "verdict": "freeze",
}


def test_a_row_has_both_verdicts_and_what_changes(printed):
    (row,) = printed(external_table([ROW], "external", "auroc", "study", confidence=0.9))
    assert (row["verdict at home"], row["verdict away"], row["the change"]) == (
        "fine-tune",
        "freeze",
        "more for freeze",
    )
    assert (row["change"], row["p adjusted"], row["patients away"]) == ("−0.110", "<0.001", "80")
    table = external_table([ROW | {"interim": True}], "external", "auroc", "study")
    assert "Holm" in table.note
    assert "over 4 planned changes" in table.note
    assert "Interim" in table.note
    assert table.rows[0][11].bold
    alone = external_table([ROW | {"family": 1}], "external", "auroc", "study")
    assert "over 1 planned change." in alone.note


def test_the_terminal_has_the_same_in_ascii():
    (line,) = external_lines([ROW | {"verdict": "equal"}]).to_dict("records")
    assert line["change"] == "-0.110 [-0.150, -0.070]"
    assert line["away"] == "-0.060 [-0.100, -0.020]"
    assert line["the change"] == "the same within +/-0.02"
    assert all(str(value).isascii() for value in line.values())


def test_drift_names_each_metric_in_words(printed):
    rows = [
        {"external": "a", "body_part": "hand", "strategy": "fine_tuning", "method": "resnet50 · end_to_end"}
        | {
            "train_size": 400,
            "metric": metric,
            "home": 0.0,
            "away": -0.5,
            "change": -0.5,
            "low": None,
            "high": None,
        }
        for metric in ("calibration_intercept", "sensitivity_at_chosen")
    ]
    first, second = printed(drift_table(rows, "study"))
    assert first["metric"] == "calibration intercept"
    assert second["metric"] == "sensitivity at the threshold of home"
    assert (first["home"], first["change"]) == ("0.000", "−0.500")
