import pytest


def test_the_commands_are_listed_and_explain_themselves(call):
    done = call("--help")
    for command, option in (("export", "--out"), ("import", "--grid"), ("leaderboard", "--out")):
        assert f"  {command} " in done.out
        assert option in call(command, "--help").out


@pytest.mark.parametrize("command", [["import"], ["leaderboard", "--out", "page"]])
def test_a_file_that_is_no_export_is_one_line(command, tmp_path, call):
    (tmp_path / "e.zip").write_text("no zip")
    done = call(*command, tmp_path / "e.zip")
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "is no export" in done.err
