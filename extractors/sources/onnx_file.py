"""Frozen networks in ONNX files: `onnx:FILE`. They run by ONNX Runtime on the CPU and cannot be trained."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from extractors.errors import reason
from extractors.sources.source import Normalisation
from extractors.specs import BackboneSpec

PREFIX = "onnx:"
_ROWS = 32  # images at once, where the file takes any number


class OnnxNetwork(nn.Module):
    """The first output (n, d) of a file for its only input (n, channels, height, width)."""

    is_compiled = True  # for no other engine to run

    def __init__(self) -> None:
        super().__init__()
        self.file: Path | None = None
        self._session: Any = None
        self.bytes_on_disk = 0

    def open(self, file: Path) -> None:
        """Take the network of a file. Raises ValueError for one that ONNX Runtime cannot read or feed."""
        from extractors.engines.onnxruntime import session_of

        try:
            session = session_of(str(file))
        except Exception as error:  # ONNX Runtime has exceptions of its own
            raise ValueError(f"{file} cannot be read as an ONNX network: {reason(error)}") from error
        inputs = session.get_inputs()
        if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].type != "tensor(float)":
            found = ", ".join(f"{one.name} {one.type} {one.shape}" for one in inputs)
            raise ValueError(
                f"{file} must have one input of float32 images (n, channels, height, width), not {found}"
            )
        self.file, self._session, self.bytes_on_disk = file, session, file.stat().st_size

    @property
    def shape(self) -> list[Any]:
        """The shape of the input, as the file has it: numbers where it is fixed, else names or None."""
        shape: list[Any] = self._session.get_inputs()[0].shape
        return shape

    def forward(self, images: Tensor) -> Tensor:
        for axis, side in ((2, "height"), (3, "width")):
            wanted = self.shape[axis]
            if isinstance(wanted, int) and wanted != images.shape[axis]:
                raise ValueError(f"the file's {side} is {wanted}: set image.size to {wanted}")
        rows = self.shape[0] if isinstance(self.shape[0], int) and self.shape[0] > 0 else _ROWS
        array = np.ascontiguousarray(images.detach().float().cpu().numpy())
        found = [self._run(array[start : start + rows], rows) for start in range(0, len(array), rows)]
        return torch.from_numpy(np.concatenate(found)).to(images.device)

    def _run(self, images: "np.ndarray[Any, Any]", rows: int) -> "np.ndarray[Any, Any]":
        """The first output for some images, filled up with blank ones for a file of a fixed number."""
        blank = rows - len(images) if isinstance(self.shape[0], int) else 0
        given = (
            np.concatenate([images, np.zeros((blank, *images.shape[1:]), np.float32)]) if blank else images
        )
        output: np.ndarray[Any, Any] = self._session.run(None, {self._session.get_inputs()[0].name: given})[0]
        return output[: len(images)].astype(np.float32)

    def __deepcopy__(self, memo: dict[int, Any]) -> "OnnxNetwork":
        return self


def knows(name: str) -> bool:
    """Whether a path follows the prefix; the file is opened when it is built."""
    return bool(name.removeprefix(PREFIX))


def names() -> list[str]:
    """None: they are files."""
    return []


def resolve(spec: BackboneSpec) -> BackboneSpec:
    """Set `weights` to the file."""
    return replace(spec, weights=spec.name.removeprefix(PREFIX)) if spec.pretrained else spec


def files(spec: BackboneSpec) -> list[Path]:
    """The files with weights that the network names (ONNX's external data), beside its own.

    A file that cannot be read names none, and what does not lie beside it is left out: `load` refuses both.
    """
    file = Path(spec.name.removeprefix(PREFIX))
    try:
        locations = _locations(file)
    except ValueError:
        return []
    return [file.with_name(location) for location in locations if _is_beside(location)]


def _locations(file: Path) -> tuple[str, ...]:
    """The locations of external data in a file, sorted. Raises ValueError for one that cannot be read."""
    try:
        status = file.stat()
        return _read_locations(file, status.st_mtime_ns, status.st_size)
    except Exception as error:  # protobuf has exceptions of its own
        raise ValueError(f"{file} cannot be read as an ONNX network: {reason(error)}") from error


@lru_cache(maxsize=64)
def _read_locations(file: Path, changed: int, size: int) -> tuple[str, ...]:
    import onnx

    model = onnx.load(str(file), load_external_data=False)
    external = (
        one for one in _tensors(model, onnx.TensorProto) if one.data_location == onnx.TensorProto.EXTERNAL
    )
    entries = (entry for tensor in external for entry in tensor.external_data)
    return tuple(sorted({entry.value for entry in entries if entry.key == "location"}))


def _tensors(message: Any, kind: type) -> Iterator[Any]:
    """The tensors at any depth: of the graph, of its nodes' attributes, of graphs in them, of functions."""
    if isinstance(message, kind):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is not None:
            for one in [value] if hasattr(value, "ListFields") else value:
                yield from _tensors(one, kind)


def _is_beside(location: str) -> bool:
    """Whether a location is the plain name of a file."""
    return location not in ("", "..") and PurePosixPath(location).name == location and "\\" not in location


def build(spec: BackboneSpec, pretrained: bool) -> nn.Module:
    """A module that `load` gives its file. Raises ValueError for arguments, which a file cannot have."""
    if spec.model_args:
        raise ValueError(f"'{spec.label}' takes no model_args: the network is in its file")
    network = OnnxNetwork()
    load(spec, network, Path(spec.name.removeprefix(PREFIX)))
    return network


def load(spec: BackboneSpec, network: nn.Module, file: Path) -> str:
    """Take the network of the file. Raises ValueError for one that cannot be used."""
    assert isinstance(network, OnnxNetwork)
    if network.file == file:
        return ""
    if elsewhere := [location for location in _locations(file) if not _is_beside(location)]:
        raise ValueError(
            f"{file} takes weights from '{elsewhere[0]}': they must be in files beside it, without a folder "
            "in their name (save the network again with its weights beside it, or all in one file)"
        )
    network.open(file)
    return ""


def normalisation(spec: BackboneSpec, network: nn.Module) -> Normalisation:
    """The channels and the size of the file's input. Raises ValueError without mean and std of the grid's."""
    assert isinstance(network, OnnxNetwork)
    _, channels, height, _ = network.shape
    if not (spec.mean and spec.std):
        raise ValueError(
            f"'{spec.label}': an ONNX file does not say how its pixels are scaled: give mean and std, "
            "of pixels in 0..1 (mean: [0], std: [1] where the network does it itself)"
        )
    number = channels if isinstance(channels, int) else len(spec.mean)
    return Normalisation(spec.mean, spec.std, number, height if isinstance(height, int) else 0)
