import pytest

from benchmark.datasets.manifest import read_manifest
from benchmark.errors import UserError
from benchmark.setup.medmnist_file import in_medmnist_file
from tests.benchmark.setup.drawn import asked_of, draw_medmnist


def test_the_images_that_are_written_are_those_that_were_planned_with(tmp_path):
    asked = asked_of(draw_medmnist(tmp_path / "mymnist.npz"), tmp_path, abnormal=("1",))
    found = in_medmnist_file(asked)
    assert not (tmp_path / "grid-images").exists()
    found.make()
    written = read_manifest(tmp_path / "grid-images/manifest.csv").images
    columns = ["patient", "study", "body_part", "label", "split"]
    assert written[columns].equals(found.manifest.images[columns])
    assert found.sides == (28,)


def test_labels_that_are_not_known_are_asked_for(tmp_path):
    npz = draw_medmnist(tmp_path / "mymnist.npz")
    with pytest.raises(UserError, match="--abnormal 1"):
        in_medmnist_file(asked_of(npz, tmp_path))
    with pytest.raises(UserError, match="whole numbers"):
        in_medmnist_file(asked_of(npz, tmp_path, abnormal=("x",)))
