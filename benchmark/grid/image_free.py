"""The image-free controls: predictors that see the body part, or nothing at all."""

from dataclasses import dataclass

from extractors.digests import JsonValue

NO_IMAGE = "no_image"  # the strategy of such controls
COSTS_NOTHING: dict[str, JsonValue] = {  # the facts of an embedding, where none is made
    "milliseconds_per_image": 0.0,
    "kwh_per_image": 0.0,
    "peak_memory_bytes": 0,
    "device": "cpu",
    "bytes_on_disk": 0,
}


@dataclass(frozen=True)
class NoImage:
    """The placeholder extractor of an image-free control; `label` says what its classifier sees."""

    label: str

    def asked(self) -> dict[str, JsonValue]:
        """What the grid asked for."""
        return {"name": self.label}

    def identity(self) -> dict[str, JsonValue]:
        return self.asked()
