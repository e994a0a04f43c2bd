"""YAML nodes of bounded size to plain values: texts, numbers, true, false, null, lists and mappings."""

import math
import re
from typing import Any

import yaml
from yaml.composer import ComposerError

DEEPEST = 40  # levels of lists and mappings
MOST = 100_000  # values, those of an alias counted as often as it is used
_LARGEST = 10**18  # of a whole number, so that it fits the 64 bits of tables and databases
_PREFIX = "tag:yaml.org,2002:"
_TEXTS = ("str", "timestamp", "value", "merge")  # a date is the text that it is written as
_WORDS = {"null": "null", "bool": "true or false", "int": "whole number", "float": "number"}
_UNUSABLE = re.compile("[\0\ud800-\udfff]")  # no file name and no UTF-8 text has these


class NotPlainError(Exception):
    """A node that has no plain value: its line, the keys that lead to it, and the problem."""

    def __init__(self, node: yaml.Node, steps: tuple[str, ...], problem: str) -> None:
        super().__init__(problem)
        self.line, self.steps, self.problem = node.start_mark.line + 1, steps, problem


class BoundedLoader(yaml.SafeLoader):
    """Composes nodes, and stops at too many levels or values, and at an alias within its own anchor."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._level = 0
        self._extents: dict[int, tuple[int, int]] = {}  # values and levels below a finished node

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """One node with all that is below it. Raises ComposerError."""
        mark, is_alias = self.peek_event().start_mark, self.check_event(yaml.AliasEvent)  # type: ignore[no-untyped-call]
        if self._level > DEEPEST:
            raise ComposerError(None, None, f"more than {DEEPEST} levels", mark)
        self._level += 1
        node = super().compose_node(parent, index)
        self._level -= 1
        if node is None:
            return None
        if is_alias:
            if id(node) not in self._extents:
                raise ComposerError(None, None, "this alias is within its own anchor", mark)
            return node
        below = [self._extents[id(child)] for child in _children(node)]
        values = 1 + sum(count for count, _ in below)
        levels = 1 + max((depth for _, depth in below), default=0)
        if values > MOST or levels > DEEPEST:
            what = f"{MOST:,} values" if values > MOST else f"{DEEPEST} levels"
            raise ComposerError(None, None, f"more than {what}, with its aliases", mark)
        self._extents[id(node)] = values, levels
        return node


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [one for pair in node.value for one in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def plain_content(root: yaml.Node) -> Any:
    """The plain value of a node of `BoundedLoader`; an alias gives the same object as its anchor.

    Raises NotPlainError, and MarkedYAMLError for a merge key (`<<`) without a mapping.
    """
    return _Content().of(root, ())


class _Content:
    def __init__(self) -> None:
        self._known: dict[int, Any] = {}
        self._constructor = yaml.SafeLoader("")

    def of(self, node: yaml.Node, steps: tuple[str, ...]) -> Any:
        if id(node) not in self._known:
            self._known[id(node)] = self._read(node, steps)
        return self._known[id(node)]

    def _read(self, node: yaml.Node, steps: tuple[str, ...]) -> Any:
        kind = node.tag.removeprefix(_PREFIX)
        if isinstance(node, yaml.MappingNode) and kind == "map":
            return self._mapping(node, steps)
        if isinstance(node, yaml.SequenceNode) and kind == "seq":
            return [self.of(item, (*steps, str(place))) for place, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and kind in (*_TEXTS, "null", "bool", "int", "float"):
            return self._scalar(node, kind, steps)
        shown = f"!!{kind}" if kind != node.tag else node.tag
        raise NotPlainError(node, steps, f"the tag {shown} means nothing here: remove it")

    def _mapping(self, node: yaml.MappingNode, steps: tuple[str, ...]) -> dict[str, Any]:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise NotPlainError(key, steps, "a key must be a text, not a list or a mapping")
            name, line = key.value, key.start_mark.line + 1
            if name in seen:
                problem = f"this key is there already, on line {seen[name]}"
                raise NotPlainError(key, (*steps, name), problem)
            seen[name] = line
        self._constructor.flatten_mapping(node)
        return {
            _usable(key, key.value, steps): self.of(value, (*steps, key.value)) for key, value in node.value
        }

    def _scalar(self, node: yaml.ScalarNode, kind: str, steps: tuple[str, ...]) -> Any:
        if kind in _TEXTS:
            return _usable(node, node.value, steps)
        read = getattr(self._constructor, f"construct_yaml_{kind}")
        try:
            value = read(node)
        except Exception:  # of `!!bool x` KeyError, of `!!int ''` IndexError, of 5,000 digits ValueError
            raise NotPlainError(node, steps, f"'{_start(node.value)}' is no {_WORDS[kind]}") from None
        if kind == "int" and abs(value) >= _LARGEST:
            raise NotPlainError(node, steps, f"{_start(node.value)} is too large a number")
        if kind == "float" and not math.isfinite(value):
            raise NotPlainError(node, steps, f"{_start(node.value)} is no finite number")
        return value


def _usable(node: yaml.Node, text: str, steps: tuple[str, ...]) -> str:
    found = _UNUSABLE.search(text)
    if found:
        raise NotPlainError(node, steps, f"no text may hold U+{ord(found[0]):04X}: remove it")
    return text


def _start(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
