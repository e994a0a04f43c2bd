"""Where pretrained weights come from: whether they are on this machine, and which server has them."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Origin:
    """What a source knows of weights without asking a server.

    `here` says whether all files that the network needs were downloaded before (or are in its folder).
    `address` is that of the server that has them; empty for a folder. `way_out` says how to get them
    without a connection; empty where `benchmark weights fetch` does it.
    """

    here: bool
    address: str = ""
    way_out: str = ""

    @property
    def host(self) -> str:
        """The host of the address; empty for a folder."""
        return urlsplit(self.address).hostname or ""


def origin_in_torch(url: str) -> Origin:
    """The origin of a file that torch.hub downloads from this address."""
    from torch.hub import get_dir

    return origin_in(Path(get_dir()) / "checkpoints", url)


def origin_in(folder: Path, url: str) -> Origin:
    """The origin of a file of this address, which a library keeps in this folder under its own name."""
    return Origin((folder / Path(urlsplit(url).path).name).is_file(), url)
