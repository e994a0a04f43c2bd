"""Examples of predictions: what stands above the pictures, where they are, and their numbers."""

import numpy as np
import pytest

from results.figures import Example, PredictionGallery
from results.figures.prediction_gallery import studies_per_outcome
from results.outcomes import FALSE_NEGATIVE, FALSE_POSITIVE, OUTCOMES, TRUE_POSITIVE

COUNTS = {TRUE_POSITIVE: 1199, FALSE_POSITIVE: 300, FALSE_NEGATIVE: 298, "true negative": 1400}


def example(outcome, rank=1, views=2, name="patient00012/study1", **changes):
    shown = min(views, 3)
    values = {
        "outcome": outcome,
        "rank": rank,
        "name": name,
        "body_part": "XR_WRIST",
        "label": int(outcome in (TRUE_POSITIVE, FALSE_NEGATIVE)),
        "probability": 0.97,
        "views": views,
        "images": [f"{outcome}/{rank}/{view}.png" for view in range(shown)],
        "probabilities": [0.96, 0.98, 0.97][:shown],
        "pictures": [np.full((16, 16), 40 * view, np.uint8) for view in range(shown)],
    }
    return Example(**values | changes)


def gallery(examples, **changes):
    about = {"unit": "study", "strategy": "fine_tuning", "method": "net · end_to_end"}
    return PredictionGallery(examples, threshold=0.4, counts=COUNTS, **about | changes)


@pytest.mark.parametrize("views", [1, 2, 3, 5])
def test_every_picture_is_drawn_below_its_words(whole, views):
    most = studies_per_outcome(min(views, 3))
    examples = [example(outcome, rank, views) for outcome in OUTCOMES for rank in range(1, most + 1)]
    drawn = gallery(examples).plot()
    assert len(drawn.axes) == 4 * most * min(views, 3)
    assert all(len(axis.images) == 1 for axis in drawn.axes)
    whole(drawn)
    for one in drawn.axes:
        for two in drawn.axes:
            assert one is two or not one.get_position().padded(-1e-6).overlaps(two.get_position())


def test_the_words_say_prediction_truth_counts_and_views():
    drawn = gallery([example(FALSE_NEGATIVE, views=5, probability=0.03)], title="A title").plot()
    texts = [text.get_text() for text in drawn.texts]
    assert "A title" in texts
    assert "false negative: called normal, is abnormal (298 of 3,197)" in texts
    assert "0.03 · XR WRIST · 3 of 5 views · patient00012/study1" in texts


def test_long_and_nasty_names_are_text(whole):
    whole(gallery([example(TRUE_POSITIVE, name=r"$\frac{$" + "x" * 200)]).plot())


def test_the_numbers_have_a_row_per_picture():
    table = gallery([example(FALSE_POSITIVE, views=5), example(TRUE_POSITIVE, views=1)]).frame()
    assert table["image"].tolist() == [
        *(f"false positive/1/{view}.png" for view in range(3)),
        "true positive/1/0.png",
    ]
    assert table["truth"].tolist() == ["normal"] * 3 + ["abnormal"]
    assert table["image_probability"].tolist() == [0.96, 0.98, 0.97, 0.96]
    assert set(table["probability"]) == {0.97}
    assert set(table["threshold"]) == {0.4}


def test_no_example_is_refused():
    with pytest.raises(ValueError, match="no prediction to show"):
        gallery([]).plot()
