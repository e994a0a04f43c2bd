"""The settings of a run that change no result; without the imports of the run itself."""

from dataclasses import dataclass
from pathlib import Path

from benchmark.execution.executors import Executor
from extractors.engines import AUTO


@dataclass(frozen=True)
class RunSettings:
    """Settings of a run that do not change the results of a cell."""

    cache: Path
    executor: Executor
    device: str = "auto"
    engine: str = AUTO
    skip_unreadable: bool = False
    embedding_processes: int | None = None  # on the CPU; None: by `processes_on_cpu`
