def test_the_commands_are_listed_and_explain_themselves(call):
    done = call("--help")
    for command, option in (
        ("status", "--watch"),
        ("compare", "--full"),
        ("power", "--difference"),
        ("report", "--projection"),
    ):
        assert f"  {command} " in done.out
        assert option in call(command, "--help").out


def test_a_grid_that_is_not_there_is_one_line(tmp_path, call):
    for command in ("status", "compare", "power"):
        done = call(command, "--grid", tmp_path / "absent.yaml", "--workspace", tmp_path)
        assert (done.status, done.err.count("\n"), done.out) == (2, 1, "")
