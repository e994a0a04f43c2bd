"""Read YAML together with the line of every key; a repeated key is an error."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmark.errors import UserError


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


def read_yaml(path: Path) -> YamlDocument:
    """Read one YAML file. Raises UserError for a file that is missing, malformed or repeats a key."""
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UserError(f"{path}: cannot be read ({reason})") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UserError(f"{path}:{line}: not valid YAML: {error.problem}") from None
    if not isinstance(root, yaml.MappingNode):
        raise UserError(f"{path}:1: a grid file holds keys and values, such as 'name: mura'")
    _refuse_repeated_keys(path, root)
    return YamlDocument(path, yaml.safe_load(text), root)


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line + 1
    return None


def _refuse_repeated_keys(path: Path, node: yaml.Node) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                raise UserError(
                    f"{path}:{line}: {key.value}: this key is there already, on line {seen[key.value]}"
                )
            seen[key.value] = line
            _refuse_repeated_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(path, item)
