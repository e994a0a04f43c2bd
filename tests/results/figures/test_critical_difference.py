"""The critical-difference diagram: names in the order of their ranks, bars over groups."""

import pytest

from results.figures import CriticalDifference
from results.figures.style import ONE_COLUMN, TWO_COLUMNS

NAMES = [
    "densenet169, fine-tuned",
    "resnet50, fine-tuned",
    "inception_resnet_v2, frozen",
    "vgg19, frozen",
    "edges",
]
RANKS = [{"name": name, "rank": rank} for name, rank in zip(NAMES, (1.4, 2.1, 2.6, 4.3, 4.6), strict=True)]
GROUPS = [NAMES[:3], NAMES[1:3], NAMES[3:], NAMES[:1]]


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
@pytest.mark.parametrize(("difference", "note"), [(1.9, "Nemenyi, 5 %, over 8 body parts"), (None, "")])
def test_ranks_names_and_groups_are_drawn(whole, width, difference, note):
    drawn = CriticalDifference(RANKS[::-1], GROUPS, difference, note, "", width).plot()
    axis = drawn.axes[0]
    texts = [text.get_text() for text in axis.texts]
    assert texts[-5:] == [f"{rank['rank']:.2f}  {rank['name']}" for rank in RANKS]
    assert ("CD 1.90" in texts) == bool(difference)
    bars = [line for line in axis.lines if line.get_linewidth() == 2.5]
    assert [sorted(bar.get_xdata()) for bar in bars] == [
        pytest.approx(ends, abs=0.05) for ends in ([1.4, 2.6], [2.1, 2.6], [4.3, 4.6])
    ]
    left, right = axis.get_xlim()
    assert left > right, "the best rank stands at the right, beside the names"
    whole(drawn)


def test_the_frame_names_the_groups_of_each():
    table = CriticalDifference(RANKS[::-1], GROUPS).frame()
    assert table["name"].tolist() == NAMES
    assert table["groups"].tolist() == ["1", "1 2", "1 2", "3", "3"]


def test_two_methods_of_one_rank_are_drawn(whole):
    whole(
        CriticalDifference(
            [{"name": "a", "rank": 1.5}, {"name": "b", "rank": 1.5}], [["a", "b"]], width=ONE_COLUMN
        ).plot()
    )


def test_many_methods_keep_their_names_apart(whole):
    ranks = [{"name": f"backbone_{n}", "rank": 1 + n * 0.9} for n in range(20)]
    whole(CriticalDifference(ranks, [[f"backbone_{n}" for n in range(8)]], 3.2, width=ONE_COLUMN).plot())


@pytest.mark.parametrize(
    ("ranks", "groups", "reason"),
    [
        (RANKS[:1], (), "at least two methods"),
        (RANKS, [["edges", "unknown"]], "'unknown', which has no rank"),
        ([*RANKS, RANKS[0]], (), "two rows for densenet169"),
        ([*RANKS, {"name": "x", "rank": None}], (), "x has no rank"),
    ],
)
def test_what_cannot_be_drawn_is_refused(ranks, groups, reason):
    with pytest.raises(ValueError, match=reason):
        CriticalDifference(ranks, groups).plot()
