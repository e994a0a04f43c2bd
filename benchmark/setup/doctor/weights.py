"""Check whether the weights of a grid's networks are on this machine, or can be downloaded."""

from collections.abc import Iterator

from benchmark.errors import reason
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Finding, Surroundings
from extractors.exported_weights import exported_weights
from extractors.sources import INSTALLED, source_of
from extractors.sources.connection import is_reachable
from extractors.sources.installed import installed_file, why_absent
from extractors.sources.origin import Origin
from extractors.specs import BackboneSpec, networks_of

_WHY = "its cells would fail"


def weights(around: Surroundings) -> Iterator[Finding]:
    """A finding for each network of the grid, also for those in a concatenation."""
    methods = around.grid.methods() if around.grid else []
    specs = {one.label: one for method in methods for one in networks_of(method.extractor)}
    if not specs:
        yield Finding("weights", OK, "the grid needs no weights")
    for label, spec in specs.items():
        try:
            yield _of(label, spec)
        except Exception as error:  # an index, a library or a hub's client may raise anything
            public = f"{label}: {type(error).__name__}"
            yield Finding("weights", PROBLEM, f"{label}: {reason(error)}", _WHY, "see the message", public)


def _of(label: str, spec: BackboneSpec) -> Finding:
    if spec.weights == INSTALLED:
        if installed_file(spec.name):
            return Finding("weights", OK, f"{label}: installed")
        return Finding("weights", PROBLEM, f"{label}: not installed", _WHY, why_absent(spec.name))
    source = source_of(spec.name)
    if not spec.trained:
        return Finding("weights", OK, f"{label}: random")
    if spec.pretrained and source.fetch is None and not source.place:
        return Finding("weights", OK, f"{label}: ships with its package")
    file = exported_weights(spec) or spec.weights_file
    if file is not None:
        if file.is_file():
            return Finding("weights", OK, f"{label}: a file, {file.stat().st_size / 1e6:.0f} MB")
        gone = f"{label}: its file is gone"
        return Finding(
            "weights", PROBLEM, f"{gone}: {file}", _WHY, "put it back, or name another in the grid", gone
        )
    if source.origin is None:
        why = "the first run may have to download them"
        return Finding(
            "weights", NOTE, f"{label}: {source.library} does not say where they are", why, _fetch(spec)
        )
    return _at(label, spec, source.origin(spec.resolved()))


def _at(label: str, spec: BackboneSpec, origin: Origin) -> Finding:
    """Weights that are in a cache or a folder, on a server, or not to be had."""
    if origin.here:
        return Finding("weights", OK, f"{label}: {'downloaded before' if origin.host else 'in its folder'}")
    if not origin.host:
        return Finding("weights", PROBLEM, f"{label}: not in its folder", _WHY, origin.way_out)
    if is_reachable(origin.address):
        what = f"{label}: not here yet, and {origin.host} can be reached"
        why = "the first run downloads them"
        return Finding("weights", NOTE, what, why, origin.way_out or _fetch(spec))
    what = f"{label}: not here, and {origin.host} cannot be reached"
    return Finding("weights", PROBLEM, what, _WHY, origin.way_out or _fetch(spec))


def _fetch(spec: BackboneSpec) -> str:
    return (
        f"with internet: benchmark weights fetch {spec.name} --out FILE.safetensors; copy it here and set "
        "'weights: FILE.safetensors' in the grid"
    )
