"""Parts and batches: studies stay whole, batches are even, means are those of the views."""

import numpy as np

from classifiers.fine_tuning.data import Part, PixelSource, TrainingImages


def images():
    studies = np.array(["b", "a", "b", "c", "a", "a"])
    labels = np.array([1, 0, 1, 1, 0, 0])
    return TrainingImages(
        pixels=np.arange(20 * 4, dtype=np.uint8).reshape(20, 2, 2),
        rows=np.array([3, 5, 7, 9, 11, 13]),
        labels=labels,
        groups=studies,
        studies=studies,
        body_parts=np.array(["hand", "wrist", "hand", "elbow", "wrist", "wrist"]),
        test_rows=np.array([0, 1]),
    )


def part_of(units):
    count = units.max() + 1
    return Part(np.arange(len(units)), units, np.zeros(count, np.int64), np.full(count, "hand"))


def test_studies_are_units_with_their_views_together():
    part = images().part(np.arange(6), by_study=True)
    assert part.rows.tolist() == [5, 11, 13, 3, 7, 9]
    assert part.units.tolist() == [0, 0, 0, 1, 1, 2]
    assert part.labels.tolist() == [0, 1, 1]
    assert part.body_parts.tolist() == ["wrist", "hand", "elbow"]
    assert part.image_labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert part.unit_means(np.array([1.0, 2, 3, 4, 6, 9])).tolist() == [2, 5, 9]


def test_images_are_units_of_one():
    part = images().part(np.array([4, 0, 2]), by_study=False)
    assert part.rows.tolist() == [11, 3, 7]
    assert part.labels.tolist() == [0, 1, 1]
    assert part.unit_means(np.array([0.1, 0.2, 0.3])).tolist() == [0.1, 0.2, 0.3]


def test_batches_hold_every_image_once_whole_units_and_are_even():
    random = np.random.default_rng(0)
    units = np.sort(random.integers(0, 120, 300))
    units = np.unique(units, return_inverse=True)[1]
    part = part_of(units)
    batches = part.batches(part.shuffled(4), 32)
    assert sorted(np.concatenate(batches)) == list(range(300))
    assert len(batches) == 10
    assert all(24 <= len(batch) <= 36 for batch in batches)
    owners = [set(units[batch]) for batch in batches]
    assert sum(map(len, owners)) == len(set(units))


def test_a_batch_larger_than_the_part_is_the_part_and_shuffles_differ():
    part = part_of(np.arange(7))
    assert [len(batch) for batch in part.batches(part.shuffled(0), 32)] == [7]
    assert [len(batch) for batch in part.batches(part.shuffled(0), 4)] == [3, 4]
    assert part.shuffled(0).tolist() == part.shuffled(0).tolist() != part.shuffled(1).tolist()


def test_pixels_come_by_position_among_the_rows():
    import torch

    data = images()
    source = PixelSource(data.pixels, data.rows, torch.device("cpu"))
    assert source(np.array([1, 0])).tolist() == data.pixels[[5, 3]].tolist()
