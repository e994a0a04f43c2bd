def test_the_commands_are_listed_and_explain_themselves(call):
    done = call("--help")
    for command, option in (("init", "--guess-patients"), ("doctor", "--scheduler")):
        assert f"  {command} " in done.out
        assert option in call(command, "--help").out


def test_data_that_are_not_there_are_one_line(tmp_path, call):
    done = call("init", tmp_path / "absent", "--out", tmp_path / "grid.yaml")
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert not (tmp_path / "grid.yaml").exists()
