"""Freeze a pretrained network, or fine-tune it? Both compared on the same radiographs.

The Python API is `benchmark.api`; its names are here too, and are imported when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.api import (
        Grid,
        Plan,
        Proposal,
        Record,
        Report,
        Results,
        UserError,
        Workspace,
        audit,
        augmentations,
        compare,
        croissant,
        explain,
        export_results,
        find_studies,
        import_results,
        leaderboard,
        load_model,
        load_results,
        localisation,
        model_card,
        plan,
        propose_grid,
        read_grid,
        report,
        run,
        track,
    )

__all__ = [
    "Grid",
    "Plan",
    "Proposal",
    "Record",
    "Report",
    "Results",
    "UserError",
    "Workspace",
    "__version__",
    "audit",
    "augmentations",
    "compare",
    "croissant",
    "explain",
    "export_results",
    "find_studies",
    "import_results",
    "leaderboard",
    "load_model",
    "load_results",
    "localisation",
    "model_card",
    "plan",
    "propose_grid",
    "read_grid",
    "report",
    "run",
    "track",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # takes as long as all else here

        return version("benchmark")
    if name in __all__:
        return getattr(import_module("benchmark.api"), name)
    raise AttributeError(f"module 'benchmark' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
