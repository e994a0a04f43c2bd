"""The axes of a proposed grid: the fullest that fit the data, and in which order they are shortened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from benchmark.datasets.names import EVERY_PART
from benchmark.setup.counts import PartCounts
from benchmark.setup.machine import Machine, ReadyNetwork
from results.names import BODY_PART, MAJORITY_CONTROL, RANDOM_WEIGHTS, SHUFFLED_LABELS

BUNDLED = ReadyNetwork("bundled", "bundled")
_SIZES = (100, 300, 1000, 3000, 10_000)
_SIZE_SHARE = 0.67  # of the training images, which a size may be at most: `full` is next
_RARER = 10  # images of the rarer class that a size must hold on average
_FEWEST = 4  # images of the rarer class in half of the images
_PART_TRAIN, _PART_RARER, _PART_TEST = 150, 30, 10  # images and studies that a part must have to stand alone
_MOST_PARTS = 7  # MURA's
_LARGE, _SMALL = 224, 112  # pixels: of most ImageNet networks, and half of it
_SMALL_IMAGES = 160  # pixels of the longer side, below which images gain nothing by _LARGE

Size = int | str


@dataclass(frozen=True)
class Axes:
    """What a proposed grid compares; `recipe` holds the keys that differ from the preset `default`."""

    body_parts: tuple[str, ...]
    train_sizes: tuple[Size, ...]
    resample_full: bool
    seeds: int
    image_size: int
    networks: tuple[ReadyNetwork, ...]
    classifiers: tuple[str, ...]
    descriptors: tuple[str, ...]
    recipe: tuple[tuple[str, float], ...]
    controls: tuple[str, ...]
    tune_largest: bool = True  # whether the largest size is fine-tuned, too


def fullest(counts: Sequence[PartCounts], machine: Machine, sides: Sequence[int]) -> Axes:
    """The axes for a data set of these counts and image sides, without a look at the time they take."""
    every, *parts = counts
    alone = [part.name for part in parts if _stands_alone(part)][:_MOST_PARTS]
    several = len(parts) > 1
    size = _LARGE if not sides or sorted(sides)[len(sides) // 2] >= _SMALL_IMAGES else _SMALL
    return Axes(
        body_parts=(EVERY_PART, *alone),
        train_sizes=sizes_for(every),
        resample_full=every.patients >= 2 * _RARER,
        seeds=5,
        image_size=size,
        networks=(*machine.networks[:2], BUNDLED),
        classifiers=("logistic_regression", "rbf_svm", "xgboost"),
        descriptors=("edges", "combined"),
        recipe=(("resolution", size),),
        controls=(SHUFFLED_LABELS, RANDOM_WEIGHTS, MAJORITY_CONTROL, *([BODY_PART] if several else [])),
    )


def _stands_alone(part: PartCounts) -> bool:
    enough = part.train >= _PART_TRAIN and part.rarer >= _PART_RARER
    return enough and min(part.test_normal, part.test_abnormal) >= _PART_TEST


def sizes_for(part: PartCounts) -> tuple[Size, ...]:
    """Up to three numbers of images, evenly spread, and `full`; of few images half of them, and `full`."""
    share = part.rarer / part.train
    fitting = [n for n in _SIZES if n <= _SIZE_SHARE * part.train and n * share >= _RARER]
    if len(fitting) > 3:
        fitting = [fitting[0], fitting[len(fitting) // 2], fitting[-1]]
    half = part.train // 2
    return (*(fitting or ([half] if half * share >= _FEWEST else [])), "full")


@dataclass(frozen=True)
class Step:
    """One way to shorten a grid, in words; `change` returns equal axes where there is nothing to cut."""

    words: str
    change: Callable[[Axes], Axes]


def _recipe(axes: Axes, **keys: float) -> Axes:
    return replace(axes, recipe=tuple({**dict(axes.recipe), **keys}.items()))


def _smaller_training(axes: Axes) -> Axes:
    return _recipe(axes, resolution=min(_SMALL, axes.image_size))


def _without(axes: Axes, *controls: str) -> Axes:
    return replace(axes, controls=tuple(name for name in axes.controls if name not in controls))


def _fewer_networks(axes: Axes, first: int, last: int) -> Axes:
    """The first networks of the axes and the last ones."""
    kept = (*axes.networks[:first], *axes.networks[len(axes.networks) - last :])
    return replace(axes, networks=tuple(dict.fromkeys(kept)))


def _untuned_largest(axes: Axes) -> Axes:
    return replace(axes, tune_largest=len(axes.train_sizes) < 2)


def _ends_of_sizes(axes: Axes) -> Axes:
    return replace(axes, train_sizes=tuple(dict.fromkeys([axes.train_sizes[0], axes.train_sizes[-1]])))


STEPS = (  # in this order, each once, until the plan fits
    Step(
        "fine-tuning with one learning rate, three folds and fewer updates",
        lambda axes: _recipe(axes, learning_rate=0.001, epochs=8, min_updates=200, folds=3),
    ),
    Step("fine-tuning at 112 pixels", _smaller_training),
    Step("one ImageNet network", lambda axes: _fewer_networks(axes, 1, 1)),
    Step("three seeds", lambda axes: replace(axes, seeds=min(3, axes.seeds))),
    Step("no SVM with a kernel, no boosting", lambda axes: replace(axes, classifiers=axes.classifiers[:1])),
    Step("the three largest body parts", lambda axes: replace(axes, body_parts=axes.body_parts[:4])),
    Step(
        "a shorter fine-tuning: 60 updates, one validation part",
        lambda axes: _recipe(axes, epochs=4, min_updates=60, folds_below=0),
    ),
    Step("edges as the only descriptor", lambda axes: replace(axes, descriptors=axes.descriptors[:1])),
    Step("all body parts together only", lambda axes: replace(axes, body_parts=axes.body_parts[:1])),
    Step("the smallest and the largest size", _ends_of_sizes),
    Step("no fine-tuning at the largest size", _untuned_largest),
    Step("no control with random weights", lambda axes: _without(axes, RANDOM_WEIGHTS)),
    Step("one network", lambda axes: _fewer_networks(axes, 1, 0)),
    Step("two seeds", lambda axes: replace(axes, seeds=min(2, axes.seeds))),
)
