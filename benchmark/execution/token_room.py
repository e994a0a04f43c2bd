"""The room on the disk that the tokens of a plan's networks need, and whether it is there."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from benchmark.errors import UserError
from benchmark.execution.plan import Plan
from extractors.array_store import read_array
from extractors.specs import BackboneSpec, TokensSpec, embedding_folder

_GIB = 2**30


def tokens_of_plan(plan: Plan) -> dict[str, TokensSpec]:
    """By label, the tokens that the unfinished cells of a plan need."""
    needed = [planned.cell.cached_extractor for planned in plan.todo if not planned.held_by]
    return {one.label: one for one in needed if isinstance(one, TokensSpec)}


def bytes_of_tokens(tokens: TokensSpec, images: int, size: int) -> int | None:
    """The bytes that the tokens of these images of `size` pixels need; None where that cannot be said."""
    each = _bytes_of_image(repr(tokens.backbone), tokens.backbone, size)
    return None if each is None else images * each


def check_room(plan: Plan, pixels: str, cache_folder: Path) -> None:
    """Raise UserError where the disk has less free room than the tokens that are not stored yet need.

    `pixels` is the digest of the pixels; without it, no tokens are stored.
    """
    images, size = len(plan.manifest.images), plan.grid.image.size
    missing = {
        label: bytes_of_tokens(tokens, images, size) or 0
        for label, tokens in tokens_of_plan(plan).items()
        if not (pixels and _has_its_room(embedding_folder(cache_folder, pixels, tokens)))
    }
    check_free(missing, cache_folder)


def check_free(missing: Mapping[str, int], folder: Path) -> None:
    """Raise UserError where the disk of a folder has fewer free bytes than these, by label, are together."""
    names = ", ".join(missing)
    needed, free = sum(missing.values()), shutil.disk_usage(_existing(folder)).free
    if needed > free:
        raise UserError(
            f"adaptation: attentive_probe needs {needed / _GIB:.1f} GiB for {names} in {folder}, "
            f"where {free / _GIB:.1f} GiB are free: make room, use a --workspace on another disk or a "
            "smaller image.size, or leave the method out"
        )


def _has_its_room(folder: Path) -> bool:
    """Whether the array is stored, or begun: a begun one takes all of its room at once."""
    begun = (folder.with_name(f"{folder.name}.part") / "data.npy").is_file()
    return begun or read_array(folder, check=False) is not None


def _existing(folder: Path) -> Path:
    return next(one for one in (folder, *folder.absolute().parents) if one.is_dir())


_known: dict[tuple[str, int], int] = {}


def _bytes_of_image(key: str, spec: BackboneSpec, size: int) -> int | None:
    """Build the network, once per process where that works; why it does not is told by the run."""
    if (key, size) not in _known:
        from extractors.token_arrays import token_bytes  # torch, which takes seconds

        try:
            _known[key, size] = token_bytes(spec, size)
        except Exception:  # libraries raise anything
            return None
    return _known[key, size]
