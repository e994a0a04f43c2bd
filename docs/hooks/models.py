"""The keys of the grid file and of a record, from their JSON schemas.

Notes are the comments beside the fields in the code.
"""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from docs.hooks.tables import cell, code, table

ROOT = Path(__file__).parents[2]
Schema = Mapping[str, Any]
_FIELD = re.compile(r"^    (\w+): .*?(?:  # (.*))?$", re.MULTILINE)
_LIMITS = {"minimum": "≥ {}", "exclusiveMinimum": "> {}", "maximum": "≤ {}", "exclusiveMaximum": "< {}"}
_LISTED = "[listed](registries.md#{})"
# fields whose values are the names of a registry, which a schema does not list
_REGISTRIES = {
    "classifiers": _LISTED.format("classifiers"),
    "descriptors": _LISTED.format("descriptors"),
    "primary": _LISTED.format("metrics"),
    "controls": "[listed](../grid.md#controls)",
    "protocol": "official, patient, image",
}


def grid_keys() -> str:
    """A table of the grid's keys, and one for each mapping below it."""
    from benchmark.grid.schema import Grid
    from extractors.validation import Strict

    return _document(Grid.model_json_schema(), "The whole file", _models(Strict))


def record() -> str:
    """A table for each part of `result.json`, from docs/record.schema.json."""
    schema = json.loads((ROOT / "docs" / "record.schema.json").read_text(encoding="utf-8"))
    return _document(schema, "the record", {})


def _models(base: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """The models that are made of a base, by the names that schemas give them."""
    found = {model.__name__: model for model in base.__subclasses__()}
    return found | {name: model for own in list(found.values()) for name, model in _models(own).items()}


def _document(schema: Schema, top: str, models: Mapping[str, type[BaseModel]]) -> str:
    sections = [_section(f"{top} {{#top}}", schema, schema, models)] if "properties" in schema else []
    for name, places in _places(schema).items():
        part = schema["$defs"][name]
        if "properties" in part:
            shown = ", ".join(f"`{place}`" for place in places if place)
            heading = f"{name}: {shown}" if shown else name
            sections.append(_section(f"{heading} {{#{name}}}", part, schema, models))
    return "\n\n".join(sections)


def _places(schema: Schema) -> dict[str, list[str]]:
    """The parts of a schema in the order in which a reader meets them, each with the keys that lead there."""
    found: dict[str, list[str]] = {}
    waiting = [(schema, "")]
    while waiting:
        part, place = waiting.pop(0)
        below = part.get("properties", {})
        reached = [(name, _below(place, key)) for key, field in below.items() for name in _references(field)]
        reached += [(name, place) for name in _references({**part, "properties": {}, "$defs": {}})]
        for name, key in reached:
            if name not in found:
                waiting.append((schema["$defs"][name], key))
            if key not in found.setdefault(name, []):
                found[name].append(key)
    return found


def _below(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _references(field: object) -> list[str]:
    """The names of the parts that a field of a schema refers to."""
    if isinstance(field, list):
        return [name for one in field for name in _references(one)]
    if isinstance(field, dict):
        own = [field["$ref"].rpartition("/")[2]] if isinstance(field.get("$ref"), str) else []
        return own + [name for key, one in field.items() if key != "$ref" for name in _references(one)]
    return []


def _section(heading: str, part: Schema, whole: Schema, models: Mapping[str, type[BaseModel]]) -> str:
    needed, notes = part.get("required", ()), _notes(models.get(part.get("title", "")))
    rows = [
        (
            code(name),
            " or ".join(dict.fromkeys(_types(name, field))),
            "**needed**" if name in needed else _default(field),
            cell(notes.get(name) or _about(field, whole)),
        )
        for name, field in part["properties"].items()
    ]
    said = "" if part is whole else part.get("description", "")
    text = "\n\n".join(cell(paragraph) for paragraph in said.split("\n\n"))
    return "\n\n".join(
        [f"## {heading}", *filter(None, [text]), table(("key", "values", "default", ""), rows)]
    )


def _about(field: Schema, whole: Schema) -> str:
    """What the model of a field says in its first line, where it has one model."""
    names = _references({key: value for key, value in field.items() if key != "discriminator"})
    said = whole["$defs"][names[0]].get("description", "") if len(names) == 1 else ""
    return str(said.split("\n\n")[0])


def _default(field: Schema) -> str:
    value = field.get("default", field.get("const"))
    if isinstance(value, dict):
        return "that of its keys"
    return "none" if value is None else code(json.dumps(value, ensure_ascii=False))


def _types(name: str, field: Schema) -> Iterator[str]:
    """What a value may be, alternatives one after the other; null, the absence of a value, is left out."""
    if options := field.get("anyOf") or field.get("oneOf"):
        for option in options:
            yield from _types(name, option)
    elif "$ref" in field:
        model = field["$ref"].rpartition("/")[2]
        yield f"[{model}](#{model})"
    elif "enum" in field or "const" in field:
        yield ", ".join(code(value) for value in field.get("enum", [field.get("const")]))
    elif "prefixItems" in field:
        yield f"{len(field['prefixItems'])} values"
    elif field.get("type") == "array":
        inner = " or ".join(dict.fromkeys(_types(name, field.get("items", {}))))
        yield f"list of {inner}" if inner else "list"
    elif field.get("type") == "object":
        values = field.get("additionalProperties")
        inner = " or ".join(_types(name, values)) if isinstance(values, dict) else ""
        yield f"mapping of names to {inner}" if inner else "mapping"
    elif field.get("type") != "null":
        yield _plain(name, field)


def _plain(name: str, field: Schema) -> str:
    limits = [words.format(f"{field[key]:,}") for key, words in _LIMITS.items() if key in field]
    named = str(field.get("type", "any"))
    kind = {"string": "text", "boolean": "true or false"}.get(named, named)
    listed = [_REGISTRIES[name]] if name in _REGISTRIES else []
    return cell(", ".join([kind, *limits])) + "".join(f" ({one})" for one in listed)


def _notes(model: type[BaseModel] | None) -> dict[str, str]:
    """The comments at the ends of a model's lines, by field; those of its bases too."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__ if model else ()):
        if base.__module__.startswith(("benchmark.", "classifiers.", "extractors.")):
            found |= {name: note for name, note in _FIELD.findall(_source(base)) if note}
    return found


def _source(model: type) -> str:
    try:
        return inspect.getsource(model)
    except (OSError, TypeError):  # a model that was made by a call
        return ""
