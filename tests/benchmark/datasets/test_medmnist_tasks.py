from pathlib import Path

import numpy as np
import pytest

from benchmark.cli.data import convert_medmnist
from benchmark.datasets.manifest import read_manifest
from benchmark.datasets.medmnist import from_medmnist
from benchmark.datasets.medmnist_tasks import TASK_SETS, TaskSet, task_set
from benchmark.errors import UserError

# Task, number of labels and channels of each set: INFO of the medmnist package.
PUBLISHED = {
    "pathmnist": ("multiclass", 9, 3),
    "chestmnist": ("multilabel", 14, 1),
    "dermamnist": ("multiclass", 7, 3),
    "octmnist": ("multiclass", 4, 1),
    "retinamnist": ("ordinal", 5, 3),
    "bloodmnist": ("multiclass", 8, 3),
    "tissuemnist": ("multiclass", 8, 1),
    "organamnist": ("multiclass", 11, 1),
    "organcmnist": ("multiclass", 11, 1),
    "organsmnist": ("multiclass", 11, 1),
}


def write(path: Path, task: str, labels: int, channels: int) -> Path:
    """A file with each label in each split, images of 8 × 8 pixels."""
    random = np.random.default_rng(0)
    arrays = {}
    for split in ("train", "val", "test"):
        one_each = np.eye(labels, dtype=np.uint8) if task == "multilabel" else np.arange(labels)[:, None]
        arrays[f"{split}_labels"] = np.concatenate([one_each, one_each]).astype(np.uint8)
        shape = (2 * labels, 8, 8, 3) if channels == 3 else (2 * labels, 8, 8)
        arrays[f"{split}_images"] = random.integers(0, 255, shape, np.uint8)
    np.savez(path, allow_pickle=False, **arrays)
    return path


def test_the_table_has_the_published_tasks_and_numbers_of_labels() -> None:
    found = {name: (one.task, len(one.classes)) for name, one in TASK_SETS.items()}
    assert found == {name: (task, labels) for name, (task, labels, _) in PUBLISHED.items()}
    assert all(len(set(one.classes)) == len(one.classes) for one in TASK_SETS.values())


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_set_becomes_a_manifest_of_its_task(name: str, tmp_path: Path) -> None:
    task, labels, channels = PUBLISHED[name]
    npz = write(tmp_path / f"{name}_224.npz", task, labels, channels)
    manifest = read_manifest(from_medmnist(npz, tmp_path / "out"), task=task)
    assert manifest.task.kind == task
    assert sorted(manifest.task.classes) == sorted(TASK_SETS[name].classes)
    assert manifest.images["split"].value_counts().to_dict() == {"train": 4 * labels, "test": 2 * labels}
    first = manifest.task.classes[int(manifest.task.truth(manifest.images)[0].argmax())]
    assert first == TASK_SETS[name].classes[0]
    assert manifest.evaluated_on == "test"
    assert (manifest.name, manifest.citation) == (TASK_SETS[name].name, "yang2023medmnist")


def test_the_command_says_which_task_the_grid_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    convert_medmnist(write(tmp_path / "retinamnist.npz", "ordinal", 5, 3), tmp_path / "out")
    assert (
        "RetinaMNIST: 5 labels; in the grid, below dataset, write  task: ordinal" in capsys.readouterr().out
    )


def test_a_file_of_another_name_is_none_of_them() -> None:
    assert task_set(Path("mymnist.npz")) is None
    assert task_set(Path("pneumoniamnist.npz")) is None
    assert isinstance(task_set(Path("RetinaMNIST_128.npz")), TaskSet)


@pytest.mark.parametrize(
    ("name", "task", "labels", "message"),
    [
        ("retinamnist", "multiclass", 6, "RetinaMNIST, which are one number of 0 to 4 an image; rename"),
        ("octmnist", "multilabel", 4, "OCTMNIST, which are one number of 0 to 3"),
        ("chestmnist", "multilabel", 13, "ChestMNIST, which are 14 numbers 0 or 1 an image; rename"),
    ],
)
def test_a_file_with_other_labels_than_its_name_says_is_refused(
    name: str, task: str, labels: int, message: str, tmp_path: Path
) -> None:
    npz = write(tmp_path / f"{name}.npz", task, labels, 1)
    with pytest.raises(UserError, match=message) as error:
        from_medmnist(npz, tmp_path / "out")
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == [npz]
