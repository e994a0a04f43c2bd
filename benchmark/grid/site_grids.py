"""One grid file per site, each of which holds that site out: from one grid file, beside it."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from benchmark.errors import UserError, reason
from benchmark.grid.yaml_lines import read_yaml
from results.labels import distinct
from results.text import for_file_name


def site_grid_paths(path: Path, sites: Sequence[str]) -> dict[str, Path]:
    """The grid file of each site: `mura.yaml` gives `mura.site-hospital-a.yaml`."""
    taken: set[str] = set()
    return {
        site: path.with_name(f"{path.stem}.site-{distinct(for_file_name(site), taken)}{path.suffix}")
        for site in sites
    }


def write_site_grids(path: Path, sites: Sequence[str]) -> dict[str, Path]:
    """Write the grid file of each site, with `protocol: site`, and return them by site.

    Everything else is as in the grid file, and so are the names, with the site's added. A file that is there
    already is replaced only where it is the same but for comments. Raises UserError for one that is another,
    and for a folder that cannot be written.
    """
    content = read_yaml(path).content
    found = site_grid_paths(path, sites)
    for site, place in found.items():
        suffix = place.stem.removeprefix(f"{path.stem}.")
        dataset = content["dataset"] | {"protocol": "site", "site": site}
        own = content | {"name": f"{content['name']}.{suffix}", "dataset": dataset}
        if place.is_file():
            if read_yaml(place).content != own:
                raise UserError(
                    f"{place}: is not what {path.name} makes of site '{site}': rename or delete it"
                )
            continue
        try:
            place.write_text(yaml.safe_dump(own, sort_keys=False, allow_unicode=True), encoding="utf-8")
        except OSError as error:
            raise UserError(f"{place}: cannot be written: {reason(error)}") from None
    return found
