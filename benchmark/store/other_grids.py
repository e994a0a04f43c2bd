"""The other grids of a workspace, which may hold cells of the same content as this one."""

from collections.abc import Callable

from benchmark.store.record import Finished
from benchmark.store.records import Records


class OtherGrids:
    """The other grids of a workspace, and the cells that each has a folder of."""

    def __init__(self, records: Records) -> None:
        workspace, own = records.folder.parent, records.folder.name
        folders = sorted(workspace.iterdir()) if workspace.is_dir() else []
        others = [folder for folder in folders if folder.is_dir() and folder.name[0] != "."]
        self._cells = {
            folder.name: {path.name for path in folder.iterdir()} for folder in others if folder.name != own
        }
        self._workspace = workspace

    def holding(self, cell: str, is_same: Callable[[Finished], bool]) -> str:
        """The first grid that has this cell finished and sound, with the same content; else empty."""
        for name, cells in self._cells.items():
            if cell in cells:
                records = Records(self._workspace, name)
                record = records.read(cell)
                if isinstance(record, Finished) and is_same(record) and not records.damage(cell, record):
                    return name
        return ""
