"""A network as an ONNX model in memory, exported without a word on the terminal."""

import ctypes
import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

INPUT, OUTPUT = "images", "vectors"
_EXAMPLES = 2  # images of the batch that is traced; with 1, tracing may take the number for a constant


def onnx_bytes(network: nn.Module, shape: tuple[int, int, int]) -> bytes:
    """The network with its weights as an ONNX model: INPUT (n, *shape) to OUTPUT (n, width), for every n.

    By torch's exporter of traced networks: it needs a tenth of the seconds of the newer one (`dynamo`) and
    fewer packages. Raises anything for networks that it cannot export, and for models above ONNX's 2 GB.
    """
    example, stream = torch.zeros((_EXAMPLES, *shape)), io.BytesIO()
    with _quiet():
        torch.onnx.export(
            network,
            (example,),
            stream,  # type: ignore[arg-type]  # the traced exporter takes streams, its type says otherwise
            dynamo=False,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {0: "n"}, OUTPUT: {0: "n"}},
        )
    return stream.getvalue()


@contextmanager
def _quiet() -> Iterator[None]:
    """Drop warnings, messages of torch.onnx, and what the exporter's C++ code writes on standard output."""
    exporter = logging.getLogger("torch.onnx")
    disabled, exporter.disabled = exporter.disabled, True
    try:
        with warnings.catch_warnings(), _no_standard_output():
            warnings.simplefilter("ignore")  # of deprecation, and of values that tracing takes for constants
            yield
    finally:
        exporter.disabled = disabled


@contextmanager
def _no_standard_output() -> Iterator[None]:
    """Send the process's standard output to nowhere: an exporter that fails prints the whole graph there."""
    _flush()
    try:
        kept = os.dup(1)
    except OSError:  # closed: nothing can be printed
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        _flush()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _flush() -> None:
    """Write what Python and the C library hold back for standard output."""
    if sys.stdout is not None:
        sys.stdout.flush()
    ctypes.CDLL(None).fflush(None)
