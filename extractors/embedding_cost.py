"""What an embedding cost, summed over the chunks of a pass."""

from dataclasses import dataclass

from extractors.digests import JsonValue
from extractors.engines import ENGINES
from extractors.resource_usage import Usage

CostFacts = dict[str, JsonValue]


@dataclass
class EmbeddingCost:
    """The cost of one extractor during a pass over images: seconds, bytes, device, engine."""

    device: str = "cpu"
    threads: int = 1
    bytes_on_disk: int = 0
    engine: str = ""
    images: int = 0
    seconds: float = 0.0
    device_bytes: int | None = None

    def add(self, images: int, seconds: float) -> None:
        """Add images that were just embedded."""
        self.images += images
        self.seconds += seconds

    def cost(self, used: Usage) -> CostFacts:
        """The cost per image, from the mean power of the pass; peak memory is that of the whole pass."""
        images, power = self.images, used.power_kw
        return {
            "milliseconds_per_image": round(1000 * self.seconds / images, 3) if images else None,
            "kwh_per_image": self.seconds / 3600 * power / images if images and power is not None else None,
            "peak_memory_bytes": used.peak_memory_bytes,
            "peak_device_memory_bytes": self.device_bytes,
            "device": self.device,
            "threads": self.threads,
            "bytes_on_disk": self.bytes_on_disk,
            **self._engine(),
        }

    def _engine(self) -> CostFacts:
        """The engine of the network and its version; nothing for a descriptor."""
        return {"engine": self.engine, "engine_version": ENGINES[self.engine].version} if self.engine else {}
