"""A folder of pretrained weights with an index, from which machines without network load them."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path, PurePosixPath
from typing import Any

from extractors.digests import JsonValue, digest_of, file_digest
from extractors.sources.places import LOCAL_FOLDER
from extractors.specs import BackboneSpec

VARIABLE = "BENCHMARK_WEIGHTS"  # environment variable that names the folder
INDEX = "index.json"
_VERSION = 1
HUBS = ("hf-hub:", "hf_hub:")  # of timm
TRANSFORMERS = "hf:"


@dataclass(frozen=True)
class ExportedWeights:
    """The weights of one network in the folder: its settings in the grid, its file, and where it is from."""

    name: str
    weights: str
    file: str  # relative to the folder, with slashes
    sha256: str
    bytes: int
    model_args: Mapping[str, JsonValue] = field(default_factory=dict)
    full_name: str = ""
    licence: str = "unknown"
    source: str = "unknown"

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies the weights in a grid; of a file only its name."""
        return _key(self.name, self.weights, self.model_args)


def read_index(folder: Path) -> list[ExportedWeights]:
    """The weights that the index of a folder lists. Raises ValueError for an index that cannot be used."""
    path = folder / INDEX
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        entries = [_entry(value) for value in content["weights"]]
    except OSError as error:
        raise ValueError(
            f"{path}: {error.strerror}; name a folder that 'benchmark weights export' has written"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{path} is not an index of weights; export them again") from error
    return entries


def write_index(folder: Path, entries: Iterable[ExportedWeights]) -> None:
    """Write the index of a folder, in the order of names."""
    listed = [asdict(entry) for entry in sorted(entries, key=lambda entry: entry.key)]
    text = json.dumps({"version": _VERSION, "weights": listed}, indent=2, ensure_ascii=False)
    unfinished = folder / f"{INDEX}.{os.getpid()}.tmp"
    unfinished.write_text(text + "\n", encoding="utf-8")
    unfinished.replace(folder / INDEX)


def problem_with(folder: Path, entry: ExportedWeights) -> str:
    """What is wrong with a listed file (absent, of another size or content); '' if nothing is."""
    path = folder / entry.file
    try:
        if path.stat().st_size != entry.bytes:
            return f"has {path.stat().st_size:,} bytes, not {entry.bytes:,}"
        return "" if file_digest(path) == entry.sha256 else "has another content (sha256)"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def exported_weights(spec: BackboneSpec) -> Path | None:
    """The file with the named weights of a network in the folder of `BENCHMARK_WEIGHTS`, if it is there.

    Raises ValueError for an index that cannot be used and for a file that differs from it.
    """
    folder = os.environ.get(VARIABLE, "")
    if not folder or not spec.pretrained or spec.resolved().weights != spec.weights:
        return None
    return find_exported(Path(folder), spec.name, spec.weights, spec.model_args)


def exported_file(name: str, path: Path) -> Path | None:
    """The file of this name that the folder of `BENCHMARK_WEIGHTS` has for a network, if any.

    Raises ValueError as `exported_weights`.
    """
    folder = os.environ.get(VARIABLE, "")
    return find_exported(Path(folder), name, path.name, {}) if folder else None


def exported_if_sound(name: str, weights: str) -> Path | None:
    """The file of these weights in the folder of `BENCHMARK_WEIGHTS`; None where it cannot be used."""
    folder = os.environ.get(VARIABLE, "")
    try:
        return find_exported(Path(folder), name, weights, {}) if folder else None
    except ValueError:
        return None


def find_exported(folder: Path, name: str, weights: str, model_args: Mapping[str, JsonValue]) -> Path | None:
    """The file of a network's weights in a folder; None where its index does not list them."""
    wanted = _key(name, weights, model_args)
    entry = next((entry for entry in read_index(folder) if entry.key == wanted), None)
    return _checked(folder, entry) if entry else None


def _checked(folder: Path, entry: ExportedWeights) -> Path:
    if problem := problem_with(folder, entry):
        raise ValueError(f"weights file {folder / entry.file} {problem}; export or copy the weights again")
    return folder / entry.file


def exported_folder(spec: BackboneSpec, file: Path) -> BackboneSpec:
    """A network of a hub as one of the local folder of its file; any other network as it is."""
    if spec.name.startswith(HUBS):
        return replace(spec, name=f"{LOCAL_FOLDER}{file.parent}")
    if spec.name.startswith(TRANSFORMERS):
        return replace(spec, name=f"{TRANSFORMERS}{file.parent}")
    return spec


def _entry(value: Any) -> ExportedWeights:
    known = {field.name for field in fields(ExportedWeights)}
    entry = ExportedWeights(**{key: content for key, content in value.items() if key in known})
    texts = (
        entry.name,
        entry.weights,
        entry.file,
        entry.sha256,
        entry.licence,
        entry.source,
        entry.full_name,
    )
    if not all(isinstance(text, str) for text in texts) or not isinstance(entry.bytes, int):
        raise TypeError
    inside = PurePosixPath(entry.file)
    if inside.is_absolute() or ".." in inside.parts or not isinstance(entry.model_args, dict):
        raise ValueError
    return entry


def _key(name: str, weights: str, model_args: Mapping[str, JsonValue]) -> tuple[str, str, str]:
    return name, weights, digest_of(dict(model_args)) if model_args else ""
