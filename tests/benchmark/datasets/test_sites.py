from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.sites import pool_and_site, sites_of
from benchmark.datasets.splits import pool_and_test
from benchmark.errors import UserError

SITES = ["A", "A", "B", "B", "C", "", "A", "B"]
PATIENTS = ["p1", "p1", "p2", "p3", "p4", "p5", "P3", "p6"]  # p3 is at A and B, in two spellings


def manifest(sites=SITES, patients=PATIENTS) -> Manifest:
    images = pd.DataFrame(
        {
            "image": [f"{row}.png" for row in range(len(patients))],
            "patient": patients,
            "study": patients,
            "body_part": "hand",
            "label": 0,
            "split": "",
        }
    )
    others = pd.DataFrame() if sites is None else pd.DataFrame({"site": sites})
    return Manifest(Path("data"), images, "", others=others)


def test_the_site_is_the_test_set_and_its_patients_are_nowhere_else():
    pool, test = pool_and_site(manifest(), "B")
    assert test.tolist() == [2, 3, 7]
    assert pool.tolist() == [0, 1, 4], "not row 6, whose patient is at B too, nor row 5, of an unknown site"
    again = pool_and_test(manifest(), "site", "B")
    assert [rows.tolist() for rows in again] == [pool.tolist(), test.tolist()]


def test_every_site_can_be_held_out():
    assert sites_of(manifest()) == ["A", "B", "C"]
    tests = [pool_and_site(manifest(), site)[1] for site in sites_of(manifest())]
    assert sorted(np.concatenate(tests).tolist()) == [0, 1, 2, 3, 4, 6, 7]


@pytest.mark.parametrize(
    ("sites", "site", "message"),
    [
        (SITES, "Bb", r"no image is of site 'Bb'; did you mean 'B'\? \(sites: A, B, C\)"),
        (None, "B", "needs a column 'site'"),
        (["A"] * 8, "A", r"needs two sites or more in the column 'site'; there are 1 \(A\)"),
        ([""] * 8, "A", r"there are 0 \(it is empty\)"),
    ],
)
def test_what_holds_out_nothing_is_named(sites, site, message):
    with pytest.raises(UserError, match=message):
        pool_and_site(manifest(sites), site)
