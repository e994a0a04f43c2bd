"""Pictures of augmentations, from a grid and its data set."""

import pandas as pd
import pytest
import yaml

from benchmark.datasets.mura import read_mura
from benchmark.errors import UserError
from benchmark.grid.schema import read_grid
from benchmark.reporting.augmentations import MOST_ROWS, save_augmentations
from tests.benchmark.finished_run import small_grid


@pytest.fixture
def grid_with(phantom, tmp_path):
    def made(**changes):
        path = tmp_path / "grid.yaml"
        content = yaml.safe_load(small_grid(phantom)) | changes
        path.write_text(yaml.safe_dump(content))
        return read_grid(path)

    return made


def test_each_recipe_has_its_picture_with_a_row_per_body_part(grid_with, phantom, tmp_path):
    recipes = {"plain": {"preset": "default"}, "turned": {"augmentation": {"rotate": 20}}}
    grid = grid_with(fine_tuning={"backbones": ["bundled"], "recipes": recipes})
    manifest = read_mura(phantom)
    paths = save_augmentations(grid, manifest, tmp_path / "out")
    assert {path.name for path in paths} == {
        f"augmentation_{name}.{kind}" for name in recipes for kind in ("pdf", "png", "csv")
    }
    table = pd.read_csv(tmp_path / "out" / "augmentation_turned.csv")
    assert list(table["column"].unique()) == ["original", "rotate"] + [f"all together {n}" for n in (1, 2, 3)]
    assert table["row"].nunique() == min(MOST_ROWS, manifest.images["body_part"].nunique())


def test_a_grid_without_fine_tuning_and_a_folder_that_is_a_file_are_one_line(grid_with, phantom, tmp_path):
    manifest = read_mura(phantom)
    probed = grid_with(adaptation={"backbones": ["bundled"], "methods": ["attentive_probe"]})
    for nothing in (grid_with(), probed):
        with pytest.raises(UserError, match="augments no image"):
            save_augmentations(nothing, manifest, tmp_path / "out")
    (tmp_path / "file").write_text("")
    grid = grid_with(fine_tuning={"backbones": ["bundled"], "recipe": "default"})
    with pytest.raises(UserError, match=r"--out: .*file cannot be made"):
        save_augmentations(grid, manifest, tmp_path / "file")
