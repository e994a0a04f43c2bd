import pytest

from benchmark.errors import UserError
from benchmark.grid.schema import read_grid
from benchmark.grid.site_grids import write_site_grids

TEXT = """\
name: ours  # a comment
dataset: {kind: manifest, root: data, protocol: patient, name: Ours}
hand_crafted: {descriptors: [edges], classifiers: [majority]}
seeds: [0, 1]
"""
SITES = ["Hôpital A", "hopital a", "B"]


@pytest.fixture
def grid_file(tmp_path):
    path = tmp_path / "grid.yaml"
    path.write_text(TEXT)
    return path


def test_each_site_has_a_grid_of_its_own(grid_file):
    found = write_site_grids(grid_file, SITES)
    names = [path.name for path in found.values()]
    assert names == ["grid.site-hopital-a.yaml", "grid.site-hopital-a-2.yaml", "grid.site-b.yaml"]
    own = read_grid(grid_file)
    for site, path in found.items():
        grid = read_grid(path)
        assert (grid.dataset.protocol, grid.dataset.site) == ("site", site)
        assert grid.dataset.root == own.dataset.root
        assert grid.name == f"ours.{path.stem.removeprefix('grid.')}"
        assert (grid.seeds, grid.hand_crafted) == (own.seeds, own.hand_crafted)


def test_files_that_are_there_stay_and_others_are_refused(grid_file):
    first = write_site_grids(grid_file, SITES)
    first["B"].write_text(f"# mine\n{first['B'].read_text()}")
    write_site_grids(grid_file, SITES)
    assert first["B"].read_text().startswith("# mine")
    first["B"].write_text(TEXT)
    with pytest.raises(UserError, match=r"grid.site-b.yaml: is not what grid.yaml makes of site 'B'"):
        write_site_grids(grid_file, SITES)
