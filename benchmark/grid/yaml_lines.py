"""Read YAML together with the line of every key; what a grid file cannot mean is an error with its line."""

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from benchmark.errors import UserError
from benchmark.grid.yaml_nodes import BoundedLoader, NotPlainError, plain_content


@dataclass(frozen=True)
class YamlDocument:
    """The content of a YAML file, and its node tree, which has the line numbers."""

    path: Path
    content: Any
    root: yaml.Node

    def line_of(self, steps: Sequence[str | int]) -> tuple[int, list[str | int]]:
        """The line (from 1) of the deepest existing key on a path of keys, and the path up to it."""
        node, line, known = self.root, self.root.start_mark.line + 1, []
        for step in steps:
            child = _child(node, step)
            if child is not None:
                node, line = child
                known.append(step)
        return line, known


LONGEST = 100_000  # bytes: a grid with 10,000 seeds has 60,000; read in 3 s


def read_yaml(path: Path) -> YamlDocument:
    """Read one YAML file of texts, numbers, lists and mappings, in bounded time and memory.

    Keys are always texts, and so are dates. Raises UserError `file:line: key: problem` for a file that cannot
    be read or is longer than `LONGEST`, for malformed YAML, a repeated key, a tag, a value that is no JSON,
    and more levels or values (those of aliases too) than `BoundedLoader` takes.
    """
    text = _text(path)
    loader = None
    try:
        loader = BoundedLoader(text)
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            raise UserError(f"{path}:1: a grid file holds keys and values, such as 'name: mura'")
        return YamlDocument(path, plain_content(root), root)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UserError(
            f"{path}:{line}: not valid YAML: U+{error.character:04X} is a control character: remove it"
        ) from None
    except NotPlainError as error:
        key = ".".join(error.steps) or "the grid"
        raise UserError(f"{path}:{error.line}: {key}: {error.problem}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UserError(f"{path}:{line}: not valid YAML: {error.problem}") from None
    except (ValueError, OverflowError) as error:  # of chr() and int() within PyYAML
        if isinstance(error, UserError):
            raise
        line = loader.line + 1 if loader else 1
        raise UserError(f"{path}:{line}: not valid YAML: an escape or a version out of range") from None


def _text(path: Path) -> str:
    """The text of a regular file; a pipe or a device might never end."""
    try:
        kind = path.stat().st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
            raise UserError(f"{path}: cannot be read (it is a pipe or a device, not a file)")
        with path.open("rb") as stream:
            content = stream.read(LONGEST + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if len(content) > LONGEST:
        raise UserError(f"{path}: longer than {LONGEST:,} bytes: no grid file, or one to divide")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise UserError(f"{path}:1: it is UTF-16 text: save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(f"{path}:{line}: it is not UTF-8 text: save it as UTF-8") from None


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in reversed(node.value):  # a merged mapping (`<<`) stands before the own keys
            if key.value == str(step):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line + 1
    return None
