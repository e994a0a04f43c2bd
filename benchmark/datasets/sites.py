"""The split that holds out one site: its images are the test set, those of the other sites the pool."""

from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.names import SITE
from benchmark.datasets.spelling import without_spelling
from benchmark.errors import UserError

_SHOWN = 12  # sites in a message


def sites_of(manifest: Manifest) -> list[str]:
    """The sites of a data set, sorted. Raises UserError where it has no column `site` with two of them."""
    described = manifest.describing()
    if SITE not in described:
        raise UserError(
            f"{manifest.root}: protocol 'site' needs a column '{SITE}' that says where each image was made; "
            "add it to the manifest, or use protocol: patient"
        )
    found = sorted(set(described[SITE]) - {""})
    if len(found) < 2:
        raise UserError(
            f"{manifest.root}: protocol 'site' needs two sites or more in the column '{SITE}'; there are "
            f"{len(found)} ({', '.join(found) or 'it is empty'}); use protocol: patient"
        )
    return found


def pool_and_site(manifest: Manifest, site: str) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows of the other sites, and those of the held-out one, both ascending.

    A patient at the held-out site, in any spelling, belongs to it alone: images of that patient at other
    sites are in neither part. So are images without a site, which may be of the held-out one. Raises
    UserError for a site that the data set does not have.
    """
    known = sites_of(manifest)
    if site not in known:
        near = get_close_matches(site, known, n=1)
        shown = ", ".join(known[:_SHOWN]) + (", ..." if len(known) > _SHOWN else "")
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise UserError(f"{manifest.root}: no image is of site '{site}'{hint} (sites: {shown})")
    sites = manifest.describing()[SITE].to_numpy(dtype=object)
    patients = manifest.images["patient"].map(without_spelling)
    test = sites == site
    theirs = patients.isin(set(patients[test])).to_numpy()
    return np.flatnonzero(~theirs & (sites != "")), np.flatnonzero(test)
