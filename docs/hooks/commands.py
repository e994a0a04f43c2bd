"""Every command with its options, as `--help` says them."""

import re
from collections.abc import Iterator
from inspect import cleandoc

import click

from benchmark.cli.main import cli
from docs.hooks.tables import cell, code, table


def every_command() -> Iterator[tuple[click.Context, click.Command]]:
    """The commands that do something, in the order of their names, each with its context."""
    yield from _below(click.Context(cli, info_name="benchmark", **cli.context_settings), cli)


def _below(context: click.Context, command: click.Command) -> Iterator[tuple[click.Context, click.Command]]:
    if not isinstance(command, click.Group):
        yield context, command
        return
    for name in command.list_commands(context):
        below = command.commands[name]
        yield from _below(click.Context(below, info_name=name, parent=context), below)


def commands() -> str:
    """A list of the commands with a sentence each, and a section for each of them."""
    found = list(every_command())
    rows = [
        (f"[`{context.command_path}`](#{_anchor(context)})", cell(command.get_short_help_str(200)))
        for context, command in found
    ]
    sections = [_section(context, command) for context, command in found]
    return "\n\n".join([table(("command", ""), rows), *sections])


def _section(context: click.Context, command: click.Command) -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    help_records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    rows = [(code(names), cell(said)) for names, said in filter(None, help_records)]
    paragraphs = re.split(r"\n\s*\n", cleandoc(command.help or ""))
    text = "\n\n".join(cell(paragraph) for paragraph in paragraphs)
    heading = f"## `{context.command_path}` {{#{_anchor(context)}}}"
    return "\n\n".join([heading, text, f"    {usage}", table(("option", ""), rows)])


def _anchor(context: click.Context) -> str:
    return context.command_path.replace(" ", "-")
