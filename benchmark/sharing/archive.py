"""The file that an export is: a zip of one index, one grid and two files per cell."""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from benchmark.analysis.kept_grid import KeptGrid, kept_from_json
from benchmark.errors import UserError, reason
from benchmark.grid.schema import GridName
from benchmark.store.records import PREDICTIONS, RESULT

INDEX, GRID = "export.json", "grid.yaml"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of every member, so that equal results give equal bytes
_CELL = re.compile(
    rf"^cells/(?P<cell>[0-9a-f]{{12}})/(?P<file>{re.escape(RESULT)}|{re.escape(PREDICTIONS)})$"
)
_LARGEST = 256 * 2**20  # bytes of one member; a million predictions take a tenth of it
_WHOLE = 8 * 2**30  # bytes of all members together


class Index(BaseModel):
    """What an export is of. `kept` is the content of the workspace's grid.json, without the data's folder."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    benchmark_export: Literal[1]
    grid: GridName
    test_digest: str
    kept: dict[str, Any]
    version: str


def write_archive(
    path: Path, index: Index, grid: str, cells: Iterable[tuple[str, Mapping[str, bytes]]]
) -> int:
    """Write an export; returns the number of cells. `cells` are ids with their files."""
    temporary, count = path.with_name(f".{path.name}.part"), 0
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            _add(archive, INDEX, index.model_dump_json(indent=1).encode())
            _add(archive, GRID, grid.encode())
            for cell, files in cells:
                for name, content in files.items():
                    _add(archive, f"cells/{cell}/{name}", content)
                count += 1
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return count


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    member = zipfile.ZipInfo(name, _EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(member, content)


class Archive:
    """An export that is read. Raises UserError, here and in each method, for a file that is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with zipfile.ZipFile(path) as archive:
                members = archive.infolist()
        except FileNotFoundError:
            raise UserError(f"{path}: there is no such file") from None
        except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise UserError(
                f"{path} is no export ({reason(error)}): make one with 'benchmark export'"
            ) from None
        self._cells = sorted({found["cell"] for member in members if (found := _CELL.match(member.filename))})
        self._sizes = {member.filename: member.file_size for member in members}
        if sum(member.file_size for member in members) > _WHOLE:  # more than these zipfile does not unpack
            raise UserError(
                f"{path} unpacks to more than {_WHOLE / 2**30:.3g} GiB: export fewer cells at a time"
            )
        self.index, self.kept = self._read_index()

    def cells(self) -> Iterator[tuple[str, dict[str, bytes]]]:
        """Each cell with its files; members of other names are not read."""
        for cell in self._cells:
            yield cell, {name: self._read(f"cells/{cell}/{name}") for name in (RESULT, PREDICTIONS)}

    def results(self) -> Iterator[tuple[str, bytes]]:
        """Each cell with its record's file alone."""
        for cell in self._cells:
            yield cell, self._read(f"cells/{cell}/{RESULT}")

    def _read_index(self) -> tuple[Index, KeptGrid]:
        content = self._read(INDEX)
        try:
            index = Index.model_validate(json.loads(content))
            return index, kept_from_json(index.kept)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise UserError(f"{self.path}: {INDEX} is of another program or a later version") from None

    def _read(self, name: str) -> bytes:
        """A member of at most `_LARGEST` bytes, whatever the zip says of its size."""
        if name not in self._sizes:
            raise UserError(f"{self.path} has no {name}: it is no export, or not all of one")
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(name) as stream:
                content = stream.read(_LARGEST + 1)
        except Exception as error:  # zipfile raises errors of its decompressors too
            raise UserError(f"{self.path}: {name} is damaged ({reason(error)})") from None
        if len(content) > _LARGEST:
            raise UserError(f"{self.path}: {name} has more than {_LARGEST // 2**20} MiB, which no export has")
        return content
