"""Networks by OpenVINO on the CPU (the extra `openvino`)."""

import sys

# As if it were not installed: else OpenVINO sends usage data to its makers when it is imported
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

import openvino  # noqa: E402
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from extractors.engines import Run  # noqa: E402
from extractors.engines.onnx_export import onnx_bytes  # noqa: E402


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
