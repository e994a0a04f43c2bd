def test_the_commands_are_listed_and_explain_themselves(call):
    done = call("--help")
    for command, word in (("predict", "Judge images"), ("worklist", "Order studies")):
        assert word in done.out
        assert "--each-image" in call(command, "--help").out


def test_two_forms_of_output_are_refused(call):
    done = call("predict", "--grid", "g", "--cell", "c", "x.png", "--json", "--csv")
    assert done.status == 2
    assert "cannot both be printed" in done.err


def test_a_model_card_is_written(kept_run, tmp_path, call):
    _, records = kept_run
    cell = next(record.cell for record in records.all() if records.has_model(record.cell))
    out = tmp_path / "card.md"
    done = call(
        "model-card", "--grid", "kept", "--cell", cell, "--workspace", records.folder.parent, "--out", out
    )
    assert done.status == 0, done.err
    assert cell in out.read_text()
