"""Networks by ONNX Runtime on the CPU."""

import os

# Before the import, which would begin to send usage data to its makers, and keep them in the user's cache
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from extractors.engines import Run
from extractors.engines.onnx_export import INPUT, onnx_bytes

_FATAL = 4  # the least severe message that it prints; errors are raised as exceptions
_ROWS = 8  # images at once: they stay in the cache (mobilenetv2_100: a quarter faster than 32)


def compile_network(network: nn.Module, shape: tuple[int, int, int]) -> Run:
    """See `extractors.engines.Engine`."""
    session = session_of(onnx_bytes(network, shape))

    def run(batch: Tensor) -> Tensor:
        images = batch.numpy()
        parts = [
            session.run(None, {INPUT: images[start : start + _ROWS]})[0]
            for start in range(0, len(images), _ROWS)
        ]
        return torch.from_numpy(np.concatenate(parts))

    return run


def session_of(model: str | bytes) -> onnxruntime.InferenceSession:
    """What runs an ONNX model (a path or its bytes) on the CPU, with as many threads as torch has.

    Raises anything for a model that cannot be run.
    """
    onnxruntime.set_default_logger_severity(_FATAL)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _FATAL
    options.intra_op_num_threads = torch.get_num_threads()
    # threads that wait leave their core to others, as OpenMP's do by benchmark.cli.main
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
