"""A data set described in Croissant (mlcommons.org/croissant, version 1.0): JSON-LD that other tools read.

It names the files and what their columns, or the parts of their paths, mean. It holds no row of the data.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from benchmark.datasets.column_names import finding_places, known_names, other_places, places_of
from benchmark.datasets.croissant_labels import finding_field, in_numbers, label_field
from benchmark.datasets.manifest import DESCRIBING, Manifest
from benchmark.datasets.text_table import read_table
from benchmark.errors import UserError, reason
from extractors.array_store import write_atomically
from extractors.digests import file_digest
from results.counts import counted
from results.label_tasks import LABEL, MULTILABEL

Json = dict[str, Any]
FILES, TABLE, IMAGES = "image-files", "manifest", "images"  # ids of a FileSet, a FileObject and a RecordSet
MURA, MANIFEST = "mura", "manifest"  # the kinds that can be described
_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".tif": "image/tiff"}
_MEANING = {
    "image": "The radiograph.",
    "path": "The image file, relative to this file's folder.",
    "patient": "The patient, as the data set names them: images of one patient belong to one split.",
    "study": "The study (examination); its images have one label.",
    "body_part": "The body part that the image shows.",
    "label": "0: normal, 1: abnormal.",
    "split": "The part of the data set that the image belongs to.",
    "view": "The projection of the image.",
    "laterality": "The side of the body.",
    "manufacturer": "The manufacturer of the device.",
    "sex": "The patient's sex.",
    "age": "The patient's age.",
}
# the path of a file as text, to be compared with a column: mlcroissant transforms the left side alone
_AS_TEXT: Json = {
    "fileSet": {"@id": FILES},
    "extract": {"fileProperty": "fullpath"},
    "transform": {"regex": "^(.+)$"},
}
# parts of `train/XR_ELBOW/patient00001/study1_positive/image1.png`
_OF_MURA = {
    "patient": r"^.*/(patient[^/]+)/[^/]+/[^/]+$",
    "study": r"^.*/(patient[^/]+/[^/]+)/[^/]+$",
    "body_part": r"^.*XR_([^/]+)/patient[^/]+/[^/]+/[^/]+$",
    "label": r"^.*_(positive|negative)/[^/]+$",
    "split": r"^(?:.*/)?(train|valid)/XR_.*$",
}
_LABELS_OF_MURA = "positive: abnormal, negative: normal."
# of the specification, chapter "Croissant context"
_CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{
        name: f"cr:{name}"
        for name in (
            *(
                "citeAs",
                "column",
                "equivalentProperty",
                "extract",
                "field",
                "fileObject",
                "fileProperty",
                "fileSet",
                "format",
            ),
            *("includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet"),
            *(
                "references",
                "regex",
                "repeated",
                "replace",
                "samplingRate",
                "separator",
                "source",
                "subField",
                "transform",
            ),
        )
    },
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
}


def croissant(
    manifest: Manifest, kind: str, table: Path | None, *, name: str = "", licence: str = "", url: str = ""
) -> Json:
    """The description of a data set of MURA's layout, or of a manifest, whose CSV is `table`.

    What is not given and not known of the data set is left out. Raises UserError for another kind, without a
    name, and for a CSV that readers of Croissant would read otherwise than this package does.
    """
    if kind not in (MURA, MANIFEST):
        raise UserError(
            f"{manifest.root}: a data set of the kind '{kind}' has no table to describe; convert it first: "
            "benchmark data manifest"
        )
    if not (name or manifest.name):
        raise UserError('the data set has no name: give --name, or "name" in dataset.json beside the CSV')
    files = [_file_set(manifest)]
    if table is None:
        fields = list(_fields_of_mura())
    else:
        files.insert(0, _file_object(table))
        fields = list(_fields_of_table(manifest, table))
    known = {"license": licence, "url": url, "citeAs": _citation(manifest.citation)}
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name or manifest.name,
        "description": _description(manifest),
        **{key: value for key, value in known.items() if value},
        "distribution": files,
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": IMAGES,
                "name": IMAGES,
                "description": "One record per image file; one not in the table has a path alone.",
                "key": {"@id": f"{IMAGES}/path"},
                "field": [*fields, _field("image", "sc:ImageObject", _of_file("content"))],
            }
        ],
    }


def write_croissant(manifest: Manifest, kind: str, root: Path, out: Path, **given: str) -> Path:
    """Write `croissant` of the data set at `root` as the file `out`. Raises UserError where that cannot be.

    A phantom, which is laid out as MURA, is not called so.
    """
    if any((folder / "phantom.json").is_file() for folder in (manifest.root, manifest.root.parent)):
        manifest = replace(manifest, name="", citation="")
    table = (root / "manifest.csv" if root.is_dir() else root) if kind == MANIFEST else None
    content = croissant(manifest, kind, table, **given)
    try:
        write_atomically(out, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        raise UserError(f"--out: {out} cannot be written ({reason(error)})") from None
    return out


def _description(manifest: Manifest) -> str:
    images = manifest.images
    parts = ", ".join(sorted(images["body_part"].unique()))
    return (
        f"{counted(len(images), 'radiograph')} of {counted(images['study'].nunique(), 'study')} and "
        f"{counted(images['patient'].nunique(), 'patient')} ({parts}), {in_numbers(images, manifest.task)}. "
        "This file describes the data; it does not hold or publish them."
    )


def _citation(citation: str) -> str:
    """The BibTeX of a key of the report's references; any other text as it is."""
    from results.methods_text import references

    known = references()
    return known[citation].bibtex if citation in known else citation


def _file_set(manifest: Manifest) -> Json:
    suffixes = sorted({PurePosixPath(image).suffix for image in manifest.images["image"]})
    types = sorted({_TYPES.get(suffix.lower(), "application/octet-stream") for suffix in suffixes})
    return {
        "@type": "cr:FileSet",
        "@id": FILES,
        "name": FILES,
        "description": "The image files, in folders beside this file.",
        "encodingFormat": types[0] if len(types) == 1 else types,
        "includes": [pattern for suffix in suffixes for pattern in (f"*{suffix}", f"**/*{suffix}")],
    }


def _file_object(table: Path) -> Json:
    return {
        "@type": "cr:FileObject",
        "@id": TABLE,
        "name": table.name,
        "description": "The table of the images, beside this file.",
        "contentUrl": table.name,
        "contentSize": f"{table.stat().st_size} B",
        "encodingFormat": "text/csv",
        "sha256": file_digest(table),
    }


def _fields_of_mura() -> Iterator[Json]:
    yield _field("path", "sc:Text", _of_file("fullpath"))
    for name, regex in _OF_MURA.items():
        source = {**_of_file("fullpath"), "transform": {"regex": regex}}
        meaning = _LABELS_OF_MURA if name == "label" else ""
        yield _field(name, "sc:Text", source, meaning)


def _fields_of_table(manifest: Manifest, table: Path) -> Iterator[Json]:
    found = read_table(table, known_names)
    if found.notes:
        raise UserError(
            f"{table}: {', '.join(found.notes)}: readers of Croissant take UTF-8 and commas; save it so"
        )
    (line, header), *rows = found.lines.items()
    task, every = manifest.task, finding_places(table, line, header)
    places, _ = places_of(table, line, header, labelled=task.kind != MULTILABEL)
    findings = {name: every[name] for name in task.classes} if task.kind == MULTILABEL else {}
    written = [row[places["path"]] for _, row in rows]
    if written != list(manifest.images["image"]):
        raise UserError(
            f"{table}: some paths are not written as the files are called on disk (with './' before them, "
            "say); readers of Croissant take them as they stand: write them so"
        )
    for name, place in places.items():
        source = {"fileObject": {"@id": TABLE}, "extract": {"column": header[place]}}
        if name == "path":
            yield {**_field(name, "sc:Text", _AS_TEXT), "references": source}
        elif name == "label":
            data_type, meaning = label_field(task, {row[place] for _, row in rows})
            yield _field(name, data_type, source, meaning)
        else:
            yield _field(name, "sc:Text", source)
    for name, place in findings.items():
        source = {"fileObject": {"@id": TABLE}, "extract": {"column": header[place]}}
        data_type, meaning = finding_field(name, {row[place] for _, row in rows})
        yield _field(LABEL + name, data_type, source, meaning)
    for name, place in other_places(header, places).items():
        if name in DESCRIBING:
            source = {"fileObject": {"@id": TABLE}, "extract": {"column": header[place]}}
            yield _field(name, "sc:Text", source)


def _field(name: str, data_type: str, source: Json, meaning: str = "") -> Json:
    return {
        "@type": "cr:Field",
        "@id": f"{IMAGES}/{name}",
        "name": name,
        "description": meaning or _MEANING[name],
        "dataType": data_type,
        "source": source,
    }


def _of_file(what: str) -> Json:
    """The content of the image files, or their path."""
    return {"fileSet": {"@id": FILES}, "extract": {"fileProperty": what}}
