"""Networks by OpenVINO on the CPU (the extra `openvino`)."""

import openvino
import torch
from torch import Tensor, nn

from extractors.engines import Run
from extractors.engines.onnx_export import onnx_bytes


def compile_network(network: nn.Module, shape: tuple[int, int, int]) -> Run:
    """See `extractors.engines.Engine`. It reads an ONNX model in a second, a torch network in a minute."""
    core = openvino.Core()
    model = core.compile_model(
        core.read_model(onnx_bytes(network, shape)),
        "CPU",
        {
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
            "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": "f32",  # else bf16 where the processor has it
            "ENABLE_CPU_PINNING": False,
        },
    )

    def run(batch: Tensor) -> Tensor:
        return torch.from_numpy(model(batch.numpy())[0].copy())  # OpenVINO uses its memory again

    return run
