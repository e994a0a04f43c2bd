from benchmark.setup.axes import BUNDLED, STEPS, fullest, sizes_for
from benchmark.setup.counts import PartCounts
from benchmark.setup.machine import Machine, ReadyNetwork

LITE = ReadyNetwork("tf_efficientnet_lite0", "installed")
MACHINE = Machine(2, 8_000_000_000, "cpu", (LITE, ReadyNetwork("resnet50", "imagenet")))


def part(name="all", train=5000, rarer=1500, test=100):
    return PartCounts(name, train, train, rarer, test, test)


def test_sizes_are_spread_and_hold_enough_of_the_rarer_class():
    assert sizes_for(part(train=36_808, rarer=15_000)) == (100, 1000, 10_000, "full")
    assert sizes_for(part(train=5000)) == (100, 1000, 3000, "full")
    assert sizes_for(part(train=5000, rarer=100)) == (1000, 3000, "full")
    assert sizes_for(part(train=60, rarer=30)) == (30, "full")
    assert sizes_for(part(train=10, rarer=4)) == ("full",)


def test_only_parts_with_enough_images_stand_alone():
    counts = [part(), part("hand"), part("foot", train=100), part("toe", test=5), part("hip", rarer=3)]
    assert fullest(counts, MACHINE, [300]).body_parts == ("all", "hand")
    assert "body_part" in fullest(counts, MACHINE, [300]).controls
    assert "body_part" not in fullest(counts[:1], MACHINE, [300]).controls


def test_small_images_are_not_blown_up_and_ready_networks_come_first():
    axes = fullest([part()], MACHINE, [28, 28, 300])
    assert axes.image_size == 112
    assert fullest([part()], MACHINE, [28, 300, 300]).image_size == 224
    assert axes.networks == (*MACHINE.networks, BUNDLED)
    assert fullest([part()], Machine(1, 1, "cpu", ()), []).networks == (BUNDLED,)


def test_each_step_shortens_or_leaves_as_it_is_and_all_leave_a_comparison():
    axes = fullest([part(), *(part(name) for name in "abcdef")], MACHINE, [300])
    for step in STEPS:
        assert step.change(axes) != axes, step.words
        axes = step.change(axes)
        assert step.change(axes) == axes, step.words
    assert axes.body_parts == ("all",)
    assert axes.networks == (LITE,)
    assert axes.train_sizes == (100, "full")
    assert axes.seeds == 2
    assert not axes.tune_largest
    assert dict(axes.recipe)["folds_below"] == 0


def test_the_only_size_stays_fine_tuned():
    axes = fullest([part(train=10, rarer=4)], MACHINE, [300])
    for step in STEPS:
        axes = step.change(axes)
    assert axes.tune_largest
