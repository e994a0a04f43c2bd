"""Image-free controls: predict from the body part only, or a constant."""

from dataclasses import dataclass

from extractors.digests import JsonValue

NO_IMAGE = "no_image"  # the strategy of these controls
COSTS_NOTHING: dict[str, JsonValue] = {  # the cost of an embedding for cells that have none
    "milliseconds_per_image": 0.0,
    "kwh_per_image": 0.0,
    "peak_memory_bytes": 0,
    "device": "cpu",
    "bytes_on_disk": 0,
}


@dataclass(frozen=True)
class NoImage:
    """The placeholder extractor of an image-free control; `label` (`body_part`, `nothing`) is its input."""

    label: str

    def asked(self) -> dict[str, JsonValue]:
        """The settings in the grid: part of a cell's id."""
        return {"name": self.label}

    def identity(self) -> dict[str, JsonValue]:
        return self.asked()
