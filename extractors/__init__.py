"""Turn images into feature vectors; `extractors.embed` does it with one call."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractors.embed_images import embed as embed

__all__ = ["embed"]


def __getattr__(name: str) -> Any:
    """Import `embed` at its first use, since it imports torch."""
    if name == "embed":
        from extractors.embed_images import embed

        return embed
    raise AttributeError(f"module 'extractors' has no attribute '{name}'")
