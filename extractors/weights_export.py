"""Collect the weights that backbones need in one folder with an index (`extractors.exported_weights`)."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from extractors.backbones import fetch_state
from extractors.digests import digest_of, file_digest
from extractors.exported_weights import (
    INDEX,
    ExportedWeights,
    problem_with,
    read_index,
    write_index,
)
from extractors.sources import INSTALLED, RANDOM, name_without_folder, source_of
from extractors.sources.installed import package_of, why_absent
from extractors.specs import BackboneSpec
from extractors.weights import read_checkpoint, save_state

_Outcome = tuple[BackboneSpec, ExportedWeights | ValueError]


def export_weights(specs: Iterable[BackboneSpec], folder: Path) -> Iterator[_Outcome]:
    """Write the weights of each backbone and their index, yielding the entry of each, or why there is none.

    Random weights and those that ship with a source need no file and are left out. Weights that the folder
    has already are kept. Raises ValueError for a folder with an index that cannot be used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = {entry.key: entry for entry in (read_index(folder) if (folder / INDEX).exists() else [])}
    for spec in specs:
        if spec.weights == RANDOM or (spec.pretrained and source_of(spec.name).fetch is None):
            continue
        try:
            entry = _entry(spec)
            known = entries.get(entry.key)
            if known is None or problem_with(folder, known) or not spec.pretrained:
                entry = _written(spec, entry, known, folder)
                entries[entry.key] = entry
                write_index(folder, entries.values())
            yield spec, entries[entry.key]
        except ValueError as error:
            yield spec, error


def _entry(spec: BackboneSpec) -> ExportedWeights:
    """The entry of a backbone, before its file is known. Raises ValueError for a path of the user's own."""
    if name_without_folder(spec.name) != spec.name:
        raise ValueError(f"'{spec.name}' is on this machine: copy it to the other one, to the grid's path")
    if spec.pretrained:
        provenance = source_of(spec.name).provenance
        facts: dict[str, Any] = dict(provenance(spec.resolved())) if provenance else {}
        return ExportedWeights(spec.name, spec.weights, "", "", 0, dict(spec.model_args), **facts)
    if spec.weights == INSTALLED:
        source = f"package {package_of(spec.name)}"
        return ExportedWeights(spec.name, INSTALLED, "", "", 0, licence="Apache-2.0", source=source)
    return ExportedWeights(spec.name, Path(spec.weights).name, "", "", 0, source="the grid's own file")


def _written(
    spec: BackboneSpec, entry: ExportedWeights, known: ExportedWeights | None, folder: Path
) -> ExportedWeights:
    """Write the file of an entry."""
    name = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in spec.name)
    if not spec.pretrained:
        own = spec.weights_file
        if own is None:
            raise ValueError(why_absent(spec.name))
        read_checkpoint(own)
        digest = file_digest(own)
        if known and known.sha256 != digest and not problem_with(folder, known):
            raise ValueError(f"the folder has another file {own.name} for '{spec.name}'; rename one of them")
        path = folder / f"{name}-{digest[:8]}" / own.name
        path.parent.mkdir(exist_ok=True)
        shutil.copyfile(own, path)
    else:
        name += f"-{digest_of(dict(spec.model_args))[:8]}" if spec.model_args else ""
        path = folder / name / "model.safetensors"
        save_state(fetch_state(spec.name, spec.model_args), path)
        companions = source_of(spec.name).companions
        for file, text in (companions(spec) if companions else {}).items():
            (path.parent / file).write_text(text, encoding="utf-8")
    return ExportedWeights(
        entry.name,
        entry.weights,
        path.relative_to(folder).as_posix(),
        file_digest(path),
        path.stat().st_size,
        *(entry.model_args, entry.full_name, entry.licence, entry.source),
    )
