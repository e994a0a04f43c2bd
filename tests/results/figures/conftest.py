"""Synthetic numbers for every figure, and the check that a picture is whole and readable."""

import io
import itertools

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from results.figures import Scores

PARTS = ("elbow", "finger", "forearm", "hand", "humerus", "shoulder", "wrist", "all")
SIZES = (100, 3000, 10000, "full")
FULL = {
    "elbow": 4931,
    "finger": 5106,
    "forearm": 1825,
    "hand": 5543,
    "humerus": 1272,
    "shoulder": 8379,
    "wrist": 9752,
    "all": 36808,
}
STRATEGIES = ("feature_extraction", "fine_tuning", "hand_crafted")
SMALLEST_TEXT = 7  # points


def curve_rows(parts=PARTS, sizes=SIZES, strategies=STRATEGIES):
    """Points of learning curves as `curve_points` gives them, fine-tuning steeper than freezing."""
    rows = []
    for number, (part, size, strategy) in enumerate(itertools.product(parts, sizes, strategies)):
        images = FULL[part] if size == "full" else size
        if images > FULL[part]:
            continue
        start, slope = {
            "feature_extraction": (0.62, 0.06),
            "fine_tuning": (0.5, 0.1),
            "hand_crafted": (0.55, 0.03),
        }[strategy]
        value = start + slope * np.log10(images / 30) + 0.004 * (number % 5)
        row = {
            "body_part": part,
            "strategy": strategy,
            "backbone": "densenet169",
            "classifier": "rbf_svm",
            "train_size": size,
        }
        rows.append(
            row
            | {
                "train_images": images,
                "train_patients": round(images / 3.3),
                "seeds": [0],
                "value": value,
                "low": value - 0.04,
                "high": value + 0.03,
                "means": {},
            }
        )
    return rows


def difference_rows(backbones=("densenet169", "resnet50"), parts=PARTS, sizes=SIZES):
    """Rows of a head-to-head: frozen ahead with few images, fine-tuned with many."""
    rows = []
    for number, (backbone, part, (place, size)) in enumerate(
        itertools.product(backbones, parts, enumerate(sizes))
    ):
        difference = -0.08 + 0.045 * place + 0.006 * (number % 7)
        bounds = {"low": difference - 0.05 + 0.006 * place, "high": difference + 0.045 - 0.006 * place}
        rows.append(
            {"backbone": backbone, "body_part": part, "train_size": size, "difference": difference} | bounds
        )
    return rows


def scores(name="frozen", strategy="feature_extraction", strength=1.5, seed=0, patients=150, threshold=0.45):
    """Studies of one to three per patient, abnormal ones scored higher."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(patients), np.arange(patients) % 3 + 1)
    labels = (np.random.default_rng(7).random(len(who)) < 0.45).astype(int)
    values = 1 / (1 + np.exp(-strength * (labels - 0.5) * 1.5 - rng.normal(size=len(who))))
    return Scores(name, strategy, labels.tolist(), values.tolist(), [f"p{n}" for n in who], threshold)


@pytest.fixture
def curves():
    """Makes points of learning curves: `curves(parts=..., sizes=..., strategies=...)`."""
    return curve_rows


@pytest.fixture
def differences():
    """Makes rows of a head-to-head: `differences(backbones=..., parts=..., sizes=...)`."""
    return difference_rows


@pytest.fixture
def make_scores():
    """Makes one line of predictions: `make_scores(name, strategy, strength, seed, ...)`."""
    return scores


@pytest.fixture
def three_scores():
    """Three strategies on the same studies."""
    strengths = zip(("frozen", "fine-tuned", "hand-crafted"), STRATEGIES, (1.5, 2.2, 0.7), strict=True)
    return [
        scores(name, strategy, strength, seed) for seed, (name, strategy, strength) in enumerate(strengths)
    ]


@pytest.fixture
def whole():
    """Fails for a picture whose text is small, cut off or printed over other text; gives its pixels."""

    def check(figure):
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=200)
        hidden = set(_hidden(figure))
        texts = [
            t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and t not in hidden
        ]
        frame = figure.bbox.padded(1)
        boxes = [(text, text.get_window_extent()) for text in texts]
        small = [t.get_text() for t in texts if t.get_fontsize() < SMALLEST_TEXT]
        assert not small, f"below {SMALLEST_TEXT} pt: {small}"
        cut = [t.get_text() for t, box in boxes if not _inside(box, frame)]
        assert not cut, f"cut off: {cut}"
        over = [
            (a.get_text(), b.get_text())
            for (a, one), (b, two) in itertools.combinations(boxes, 2)
            if _overlap(one, two)
        ]
        assert not over, f"printed over one another: {over}"
        return np.asarray(Image.open(picture).convert("L"))

    return check


def _hidden(figure):
    """Labels of ticks outside the range of their axis: matplotlib keeps them but does not draw them."""
    for axis in (one for axes in figure.axes for one in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not low <= tick.get_loc() <= high:
                yield from (tick.label1, tick.label2)


def _inside(box, frame):
    return box.x0 >= frame.x0 and box.y0 >= frame.y0 and box.x1 <= frame.x1 and box.y1 <= frame.y1


def _overlap(one, two):
    across = min(one.x1, two.x1) - max(one.x0, two.x0)
    down = min(one.y1, two.y1) - max(one.y0, two.y0)
    return across > 1 and down > 1
