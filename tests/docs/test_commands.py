"""The commands in README and on the pages of docs/: each is parsed by click, and names files that are there."""

import re
import shlex
from pathlib import Path

import click
import pytest

from benchmark.cli.main import cli

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
OWN = re.compile(r"(grids|docs|tests|examples)/")  # paths of the repository
PROGRAM = re.compile(r"(?:\$ |\.venv/bin/)?benchmark (\S.*)")
INLINE = re.compile(r"`benchmark ((?:[a-z]+ ?)+)([^`]*)`")
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def blocks(text):
    """The lines of fenced and of indented code."""
    fenced, lines = False, []
    for line in text.replace("\\\n", " ").splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            lines.append(line.strip())
    return lines


def words(line):
    """What a shell gives to `benchmark` in this line: without variables before it, pipes, redirections and comments."""
    plain = re.sub(r"^(?:[A-Z_]+=\S+ +)+", "", re.split(r"\s(?:>|\||&&)\s", line)[0])
    found = PROGRAM.fullmatch(plain)
    return found and shlex.split(found[1], comments=True)


COMMANDS = [
    pytest.param(found, id=f"{page.relative_to(ROOT)}:{' '.join(found)}")
    for page in PAGES
    for line in blocks(page.read_text(encoding="utf-8"))
    if (found := words(line))
]


def leaves(command):
    return (
        [leaf for one in command.commands.values() for leaf in leaves(one)]
        if isinstance(command, click.Group)
        else [command]
    )


@pytest.fixture
def parsed(monkeypatch):
    """Parse the words of a command line; raises click's error for what `benchmark` would refuse."""
    for leaf in leaves(cli):
        monkeypatch.setattr(leaf, "callback", lambda **_: None)
    return lambda args: cli.main(args, prog_name="benchmark", standalone_mode=False)


@pytest.mark.parametrize("args", COMMANDS)
def test_a_command_in_a_block_is_one_that_benchmark_takes(args, parsed):
    parsed(args)
    assert [word for word in args if OWN.match(word) and not (ROOT / word).exists()] == []


def test_wrong_commands_would_be_noticed(parsed):
    for wrong in (
        ["rum", "--grid", "g"],
        ["run", "--girds", "g"],
        ["run"],
        ["plan", "--grid", "g", "--engine", "warp"],
    ):
        with pytest.raises(click.ClickException):
            parsed(wrong)


def test_blocks_and_words_are_read_as_a_shell_reads_them():
    text = "a\n\n    X=1 benchmark run \\\n        --grid g # why\n\n```sh\nbenchmark ui > log\n```\nbenchmark plan\n"
    assert [found for line in blocks(text) if (found := words(line))] == [["run", "--grid", "g"], ["ui"]]
    assert len(COMMANDS) > 60


def test_commands_in_sentences_are_there_with_their_options():
    wrong = []
    for page in PAGES:
        for path, rest in INLINE.findall(page.read_text(encoding="utf-8")):
            command = cli
            for word in path.split():
                if isinstance(command, click.Group):
                    command = command.commands.get(word)
            known = (
                {option for parameter in command.params for option in parameter.opts} if command else set()
            )
            if not command or not set(re.findall(r"--[a-z-]+", rest)) <= known | {"--help"}:
                wrong.append((page.name, path, rest))
    assert wrong == []


def test_make_has_the_targets_that_are_named():
    named = {
        (page.name, target)
        for page in PAGES
        for target in [
            *re.findall(r"`make ([a-z-]+)`", page.read_text(encoding="utf-8")),
            *(
                line.split()[1]
                for line in blocks(page.read_text(encoding="utf-8"))
                if line.startswith("make ")
            ),
        ]
    }
    assert len(named) > 5
    assert [one for one in sorted(named) if one[1] not in TARGETS] == []
