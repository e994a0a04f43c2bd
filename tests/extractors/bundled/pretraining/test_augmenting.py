import torch

from extractors.bundled.pretraining.augmenting import augmented


def of(pictures, seed=0, side=48):
    return augmented(pictures, side, torch.Generator().manual_seed(seed))


def test_every_picture_is_changed_in_its_own_way_by_the_generator_alone():
    one = torch.randint(0, 256, (1, 128, 128), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    batch = of(one.repeat(6, 1, 1))
    assert batch.shape == (6, 1, 48, 48)
    assert batch.dtype == torch.float32
    assert torch.equal(batch, of(one.repeat(6, 1, 1)))
    assert not torch.equal(batch, of(one.repeat(6, 1, 1), seed=1))
    assert min(float((batch[0] - other).abs().mean()) for other in batch[1:]) > 0.01


def test_values_stay_near_the_range_of_grey():
    batch = of(torch.full((64, 128, 128), 255, dtype=torch.uint8))
    assert float(batch.min()) > -0.5
    assert float(batch.max()) < 1.6
