"""The run of a report in MLflow: its files."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.tracking.mlflow_experiment import Experiment


def log_report(store: "Experiment", folder: Path, files: Iterable[Path], digest: str) -> None:
    """Log a report's files, all below `folder`, as artifacts of one run; replaces an older report.

    `digest` identifies the files: nothing is written when they are already logged.
    """
    from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME

    runs = [run for run in store.runs() if run.data.tags.get("kind") == "report"]
    if any(run.data.tags.get("files") == digest and run.info.status == "FINISHED" for run in runs):
        return
    run = store.begin({"kind": "report", MLFLOW_RUN_NAME: "report"})
    for path in files:
        inside = path.relative_to(folder).parent.as_posix()
        store.client.log_artifact(run.info.run_id, str(path), "" if inside == "." else inside)
    store.end(run, {}, [], {"files": digest})
    for old in runs:
        store.delete(old)
