"""Check whether the weights of a grid's networks are on this machine, or can be downloaded."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from benchmark.errors import reason
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Finding, Surroundings
from extractors.exported_weights import exported_weights
from extractors.sources import INSTALLED, source_of
from extractors.sources.connection import is_reachable
from extractors.sources.installed import installed_file, why_absent
from extractors.specs import BackboneSpec

_HUB = "hf-hub:"
_HUB_FILES = ("model.safetensors", "pytorch_model.bin", "open_clip_model.safetensors")
_WHY = "its cells would fail"


def weights(around: Surroundings) -> Iterator[Finding]:
    """A finding for each network of the grid."""
    methods = around.grid.methods() if around.grid else []
    specs = {m.extractor.label: m.extractor for m in methods if isinstance(m.extractor, BackboneSpec)}
    if not specs:
        yield Finding("weights", OK, "the grid needs no weights")
    for label, spec in specs.items():
        try:
            yield _of(label, spec)
        except Exception as error:  # an index, a library or a hub's client may raise anything
            yield Finding("weights", PROBLEM, f"{label}: {reason(error)}", _WHY, "see the message")


def _of(label: str, spec: BackboneSpec) -> Finding:
    if spec.weights == INSTALLED:
        if installed_file(spec.name):
            return Finding("weights", OK, f"{label}: installed")
        return Finding("weights", PROBLEM, f"{label}: not installed", _WHY, why_absent(spec.name))
    source = source_of(spec.name)
    if not spec.trained or (spec.pretrained and source.fetch is None):
        return Finding(
            "weights", OK, f"{label}: {'random' if not spec.trained else 'ships with its package'}"
        )
    file = exported_weights(spec) or spec.weights_file
    if file is not None:
        if file.is_file():
            return Finding("weights", OK, f"{label}: a file, {file.stat().st_size / 1e6:.0f} MB")
        return Finding("weights", PROBLEM, f"{label}: its file is gone", _WHY, f"put it back: {file}")
    place = source.provenance(spec.resolved()).get("source", "") if source.provenance else ""
    if is_cached(place):
        return Finding("weights", OK, f"{label}: downloaded before")
    host = _host(place)
    if host and is_reachable(f"https://{host}"):
        return Finding(
            "weights",
            NOTE,
            f"{label}: not here yet, and {host} can be reached",
            "the first run downloads them",
            f"benchmark weights fetch {spec.name} --out FILE.safetensors does it beforehand",
        )
    return Finding(
        "weights",
        PROBLEM,
        f"{label}: not here, and {host or 'their source'} cannot be reached",
        _WHY,
        f"with internet: benchmark weights fetch {spec.name} --out FILE.safetensors; copy it here and set "
        "'weights: FILE.safetensors' in the grid",
    )


def is_cached(place: str) -> bool:
    """Whether the file of a source (`hf-hub:OWNER/NAME`, or an address) was downloaded before."""
    if place.startswith(_HUB):
        from huggingface_hub import try_to_load_from_cache

        repository = place.removeprefix(_HUB)
        return any(isinstance(try_to_load_from_cache(repository, name), str) for name in _HUB_FILES)
    if not urlsplit(place).hostname:
        return False
    from torch.hub import get_dir

    return (Path(get_dir()) / "checkpoints" / Path(urlsplit(place).path).name).is_file()


def _host(place: str) -> str:
    if place.startswith(_HUB):
        from huggingface_hub.constants import ENDPOINT

        return urlsplit(ENDPOINT).hostname or ""
    return urlsplit(place).hostname or ""
