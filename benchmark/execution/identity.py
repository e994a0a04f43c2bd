"""What must be equal on all machines that compute cells of one run: code, and versions of libraries."""

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("numpy", "scikit-learn", "scikit-image", "xgboost", "torch", "torchvision", "timm")
_ALSO = ("pandas", "pyarrow", "scipy", "onnxruntime", "openvino")  # may be absent, on all machines or on none
_PACKAGES = ("benchmark", "classifiers", "extractors", "results")
Identity = dict[str, str]  # a name and its version; `code` is a digest


@cache
def identity() -> Identity:
    """Python, the libraries that compute results, and a digest of this project's source files."""
    known = {"python": platform.python_version(), **{name: _version(name) for name in (*LIBRARIES, *_ALSO)}}
    return known | {"code": _code_digest(Path(__file__).parents[2])}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def differences(own: Identity, other: Identity) -> str:
    """What differs between two identities, in words; empty where nothing does."""
    return ", ".join(
        f"{name} {other.get(name, 'unknown')} instead of {value}"
        for name, value in own.items()
        if other.get(name) != value
    )


def _code_digest(root: Path) -> str:
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
