"""Names of backbones that hold a path, such as `onnx:FILE` and `hf:FOLDER`."""

from pathlib import Path

LOCAL_FOLDER = "local-dir:"  # prefix of timm's names of a folder
_BEGINNINGS = (".", "/", "~", "$")  # of paths, which no name on a hub has


def split_name(backbone: str, prefix: str) -> tuple[str, str]:
    """The prefix of a backbone's source, and what follows it."""
    return prefix, backbone.removeprefix(prefix)


def is_path(rest: str, place: str) -> bool:
    """Whether what follows the prefix is a path, by the `place` of its source (`source.BackboneSource`).

    Of a folder it is one where it begins as a path (`./`, `../`, `/`, `~`, `${NAME}`) or the folder exists.
    """
    if place == "folder":
        return looks_like_path(rest) or (bool(rest) and Path(rest).is_dir())
    return place == "file"


def looks_like_path(text: str) -> bool:
    """Whether a text begins as a path does and a name on a hub does not."""
    return text.startswith(_BEGINNINGS)
