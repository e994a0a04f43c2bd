"""Pixels in, feature vectors out. `extractors.embed` embeds images in one call."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractors.embed_images import embed as embed

__all__ = ["embed"]


def __getattr__(name: str) -> Any:
    """Import `embed`, and torch with it, when it is first used."""
    if name == "embed":
        from extractors.embed_images import embed

        return embed
    raise AttributeError(f"module 'extractors' has no attribute '{name}'")
