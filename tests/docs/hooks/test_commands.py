"""The page of commands has every command with every option that is not hidden."""

from benchmark.cli.main import cli
from docs.hooks.commands import commands, every_command


def test_every_command_has_a_section_and_a_line():
    page, paths = commands(), [context.command_path for context, _ in every_command()]
    assert {f"benchmark {name}" for name in cli.commands if name not in ("data", "weights")} <= set(paths)
    assert "benchmark weights pretrain" in paths
    for path in paths:
        anchor = path.replace(" ", "-")
        assert f"[`{path}`](#{anchor})" in page
        assert f"## `{path}` {{#{anchor}}}" in page


def test_options_stand_there_with_their_defaults():
    page = commands()
    for context, command in every_command():
        section = page[page.index(f"## `{context.command_path}` ") :].split("\n## ")[0]
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert parameter.opts[-1] in section
    assert "default: runs" in page
    assert "-h, --help" in page
