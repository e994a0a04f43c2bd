"""The registry of engines: what runs a frozen network's forward pass. Importing it imports none of them.

An engine decides how fast an embedding is computed, and nothing else: see `extractors.engines.agreement`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING

from extractors.registry import lazy

if TYPE_CHECKING:
    from torch import Tensor, nn

AUTO, TORCH = "auto", "torch"
WORTH_IMAGES = 128  # fewer are embedded by torch before another engine is compiled and compared with it
# A guess, not measured: where torch.compile takes a minute and then saves 0.2 ms an image, it pays from here.
# tests/performance/gpu.py prints the number for each network.
WORTH_COMPILING = 300_000
Run = Callable[["Tensor"], "Tensor"]
Compile = Callable[["nn.Module", tuple[int, int, int]], Run]


@dataclass(frozen=True)
class Engine:
    """What runs a network; `name` is also that of its package, unless `package` is given.

    `compile(network, (channels, size, size))` gives the function from a batch (n, channels, size, size)
    float32 on the network's device to the network's output (n, width) float32 there. The function uses as
    many threads as torch had at `compile`, which may raise anything for a network that it cannot run, prints
    nothing and leaves the network as it is. None for torch, which runs the network as it is. `speed` is the
    images per second over torch's on a CPU, rounded from docs/performance.md: for estimates. `extra` is the
    project's extra that installs it. It runs on a `device` (the type of torch's); `auto` takes it for
    `worth` images and more. `farthest` is the length of the difference from torch's float32 vector, over the
    length of that, up to which it agrees: the cosine between the two is then at least sqrt(1 - farthest²).
    """

    name: str
    compile: Compile | None = None
    speed: float = 1.0
    extra: str = ""
    package: str = ""
    device: str = "cpu"
    worth: int = WORTH_IMAGES
    farthest: float = 0.004  # cosine 0.99999

    @property
    def installed(self) -> bool:
        """Whether its package is installed."""
        return find_spec(self.package or self.name) is not None

    @property
    def version(self) -> str:
        """The version of its package."""
        return version(self.package or self.name)


def _on_cuda(name: str, function: str, worth: int) -> Engine:
    """An engine in bfloat16, which has 8 bits of mantissa: it agrees up to the cosine 0.9992."""
    compiled = lazy(f"extractors.engines.bfloat16:{function}")
    return Engine(name, compiled, package=TORCH, device="cuda", worth=worth, farthest=0.04)


ENGINES = {
    engine.name: engine
    for engine in (  # the fastest first
        Engine("onnxruntime", lazy("extractors.engines.onnxruntime:compile_network"), speed=2.0),
        Engine("openvino", lazy("extractors.engines.openvino:compile_network"), speed=1.9, extra="openvino"),
        _on_cuda("bfloat16_compiled", "compile_network", worth=WORTH_COMPILING),
        _on_cuda("bfloat16", "cast_network", worth=WORTH_IMAGES),
        Engine(TORCH),
    )
}
NAMES = (AUTO, *ENGINES)


def engines_for(asked: str, device: str, images: int) -> list[Engine]:
    """The engines to try for so many images, in this order, before torch; empty for torch itself.

    `asked` is one of NAMES, `device` the type of torch's device. `auto` is every installed one of the device
    that is worth it for so many images, the fastest first. Raises ValueError for an unknown engine, for one
    that is not installed, and for one that cannot use the device.
    """
    if asked == AUTO:
        own = (engine for engine in ENGINES.values() if engine.compile and engine.device == device)
        return [engine for engine in own if images >= engine.worth and engine.installed]
    if asked not in ENGINES:
        from extractors.validation import did_you_mean  # pydantic, which would make --help slow

        raise ValueError(f"no engine is named '{asked}'{did_you_mean(asked, NAMES)}")
    engine = ENGINES[asked]
    if engine.compile is None:
        return []
    if not engine.installed:
        how = f"the extra '{engine.extra}' of benchmark" if engine.extra else f"the package {engine.name}"
        raise ValueError(f"engine '{asked}' is not installed: install {how}, or use auto")
    if device != engine.device:
        raise ValueError(
            f"engine '{asked}' runs on {engine.device}, not on {device}: "
            f"use the device {engine.device}, or the engine {AUTO}"
        )
    return [engine]
