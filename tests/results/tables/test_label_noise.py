from results.tables.label_noise import label_noise_table

SIDES = {f"{side}{end}": 0.8 for side in ("first", "second") for end in ("", "_low", "_high", "_change")}
TEST = {"difference": -0.05, "low": -0.08, "high": -0.02, "p": 0.001, "p_adjusted": 0.002, "detectable": 0.04}
AXES = {"body_part": "hand", "comparison": "fine-tuned − frozen", "train_size": 400}


def test_who_loses_more_is_said_or_what_could_have_been_found(printed):
    clean = AXES | SIDES | dict.fromkeys([*TEST, "first_change", "second_change"])
    rows = [clean | {"share": 0.0, "loses_more": ""}]
    rows += [AXES | SIDES | TEST | {"share": 0.1, "loses_more": "fine_tuning"}]
    rows += [AXES | SIDES | TEST | {"share": 0.2, "loses_more": "undecided"}]
    table = label_noise_table(rows, "auroc", "study", confidence=0.9)
    none, more, undecided = printed(table)
    assert (none["loses more"], more["loses more"]) == ("", "fine-tuned")
    assert undecided["loses more"] == "undecided, could detect ≥ 0.040"
    assert [row["patients flipped"] for row in (none, more)] == ["0 %", "10 %"]
    assert "over 2 tests" in table.note
    assert "90 % interval" in table.note
    unknown = rows[1] | {"p": None, "p_adjusted": None}
    family = label_noise_table([*rows, unknown | {"share": 0.3}], "auroc", "study").note
    assert "over 3 tests" in family, "p is adjusted over all that are asked, known or not"
