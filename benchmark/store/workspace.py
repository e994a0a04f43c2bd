"""The paths of a workspace (records, cache, MLflow store), and a note of what MLflow already holds."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import UserError
from benchmark.grid.schema import Grid
from benchmark.store.addresses import address_digest, is_database, sqlite_uri, without_secrets
from benchmark.store.record import Record
from benchmark.store.records import Records
from extractors.array_store import write_atomically
from extractors.digests import JsonValue, digest_of


@dataclass(frozen=True)
class Workspace:
    """The folder given by --workspace or BENCHMARK_WORKSPACE."""

    folder: Path
    tracking_uri: str | None = None

    @property
    def cache(self) -> Path:
        """Pixels, embeddings and phantoms: may be deleted at any time."""
        return self.folder / ".cache"

    @property
    def database(self) -> Path:
        """The SQLite file that MLflow uses when no server is named."""
        return self.folder / "mlflow.db"

    @property
    def artifacts(self) -> Path | None:
        """The artifact folder of a database that this run writes; None for a server, which has its own."""
        database = not self.tracking_uri or is_database(self.tracking_uri)
        return self.folder / "mlartifacts" if database else None

    @property
    def shown_uri(self) -> str:
        """The tracking URI without user, password and query, for messages."""
        return without_secrets(self.uri)

    @property
    def uri(self) -> str:
        """MLflow's tracking URI, which may hold a password: `shown_uri` is for messages."""
        return self.tracking_uri or sqlite_uri(self.database)

    def records(self, grid: str) -> Records:
        """The result folders of one grid. Raises UserError for the name of a file that MLflow has here."""
        if grid.startswith(self.database.name) or grid in ("mlartifacts", "mlruns"):
            raise UserError(f"a grid cannot be called '{grid}', as MLflow's files in the workspace are")
        return Records(self.folder, grid)

    def is_logged(self, grid: Grid, finished: Sequence[Record]) -> bool:
        """Whether MLflow already holds exactly these records, evaluated with the settings of this grid.

        Reads the note of `note_logged`; the MLflow store is not opened.
        """
        if not self.tracking_uri and not self._holds_experiment(grid.name):
            return False
        try:
            note = json.loads(self._note(grid.name).read_text())
        except (OSError, ValueError):
            return False
        return bool(note == self._content(grid, finished))

    def note_logged(self, grid: Grid, finished: Sequence[Record]) -> None:
        """Write a note that MLflow now holds exactly these records."""
        write_atomically(self._note(grid.name), json.dumps(self._content(grid, finished)))

    def _holds_experiment(self, name: str) -> bool:
        """Whether the SQLite file has this experiment: not deleted, with its files in this folder."""
        if not self.database.is_file():
            return False
        place = (self.folder / "mlartifacts").resolve().as_uri()
        asked = "SELECT lifecycle_stage, artifact_location FROM experiments WHERE name = ?"
        try:
            with closing(sqlite3.connect(self.database)) as connection:
                return connection.execute(asked, (name,)).fetchall() == [("active", place)]
        except sqlite3.Error:
            return False

    def _note(self, grid: str) -> Path:
        return self.records(grid).folder / ".logged.json"

    def _content(self, grid: Grid, finished: Sequence[Record]) -> dict[str, str]:
        evaluation = grid.evaluation.model_dump(mode="json", exclude={"subgroups"})  # of the report alone
        asked: list[JsonValue] = [evaluation, list(grid.body_parts)]
        records: list[JsonValue] = [digest_of(record.to_json()) for record in finished]
        store = address_digest(self.tracking_uri) if self.tracking_uri else "workspace"
        return {"store": store, "asked": digest_of(asked), "records": digest_of(records)}
