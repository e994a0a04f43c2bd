def test_the_commands_are_listed_and_explain_themselves(call):
    done = call("--help")
    for command, word in (("predict", "Judge images"), ("worklist", "Order studies")):
        assert word in done.out
        assert "--each-image" in call(command, "--help").out


def test_two_forms_of_output_are_refused(call):
    done = call("predict", "--grid", "g", "--cell", "c", "x.png", "--json", "--csv")
    assert done.status == 2
    assert "cannot both be printed" in done.err
