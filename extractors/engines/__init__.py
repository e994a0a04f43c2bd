"""The registry of engines: what runs a frozen network's forward pass. Importing it imports none of them.

An engine decides how fast an embedding is computed, and nothing else: see `extractors.engines.agreement`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING

from extractors.registry import lazy
from extractors.validation import did_you_mean

if TYPE_CHECKING:
    from torch import Tensor, nn

AUTO, TORCH = "auto", "torch"
WORTH_IMAGES = 128  # fewer are embedded by torch before another engine is compiled and compared with it
Run = Callable[["Tensor"], "Tensor"]
Compile = Callable[["nn.Module", tuple[int, int, int]], Run]


@dataclass(frozen=True)
class Engine:
    """What runs a network; `name` is also that of its package.

    `compile(network, (channels, size, size))` gives the function from a batch (n, channels, size, size)
    float32 on the CPU to the network's output (n, width) float32. The function uses as many threads as torch
    had at `compile`, which may raise anything for a network that it cannot run, and prints nothing. None for
    torch, which runs the network as it is. `speed` is the images per second over torch's on a CPU, rounded
    from docs/performance.md: for estimates. `extra` is the project's extra that installs it.
    """

    name: str
    compile: Compile | None = None
    speed: float = 1.0
    extra: str = ""

    @property
    def installed(self) -> bool:
        """Whether its package is installed."""
        return find_spec(self.name) is not None

    @property
    def version(self) -> str:
        """The version of its package."""
        return version(self.name)


ENGINES = {
    engine.name: engine
    for engine in (  # the fastest first
        Engine("onnxruntime", lazy("extractors.engines.onnxruntime:compile_network"), speed=2.0),
        Engine("openvino", lazy("extractors.engines.openvino:compile_network"), speed=1.9, extra="openvino"),
        Engine(TORCH),
    )
}
NAMES = (AUTO, *ENGINES)


def engines_for(asked: str, device: str, images: int) -> list[Engine]:
    """The engines to try for so many images, in this order, before torch; empty for torch itself.

    `asked` is one of NAMES, `device` the type of torch's device. `auto` is every installed one, the fastest
    first; torch for few images and on accelerators. Raises ValueError for an unknown engine, for one that is
    not installed, and for one that cannot use the device.
    """
    if asked == AUTO:
        worth = device == "cpu" and images >= WORTH_IMAGES
        return [engine for engine in ENGINES.values() if engine.compile and engine.installed] if worth else []
    if asked not in ENGINES:
        raise ValueError(f"no engine is named '{asked}'{did_you_mean(asked, NAMES)}")
    engine = ENGINES[asked]
    if engine.compile is None:
        return []
    if not engine.installed:
        how = f"the extra '{engine.extra}' of benchmark" if engine.extra else f"the package {engine.name}"
        raise ValueError(f"engine '{asked}' is not installed: install {how}, or use auto")
    if device != "cpu":
        raise ValueError(f"engine '{asked}' runs on the CPU, not on {device}: use the device cpu, or auto")
    return [engine]
