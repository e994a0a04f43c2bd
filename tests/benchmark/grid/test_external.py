"""The keys `external` and `corruptions`: read, refused with their place, and no part of a cell's id."""

import pytest

from benchmark.errors import UserError
from benchmark.grid.cells import expand
from benchmark.grid.schema import read_grid
from extractors.corruptions import CORRUPTIONS


def test_a_set_starts_at_the_grid_and_parts_are_named_or_listed(write_grid, tmp_path):
    sets = [
        {"name": "a", "root": "next_door", "body_parts": {"hand_pa": "hand"}},
        {"name": "b", "root": "next_door", "kind": "mura", "body_parts": ["hand"], "split": "test"},
        {"name": "c", "root": "next_door"},
    ]
    grid = read_grid(write_grid(external=sets))
    assert grid.external[0].root == tmp_path / "next_door"
    assert [one.parts for one in grid.external] == [{"hand_pa": "hand"}, {"hand": "hand"}, {}]


def test_the_ladder_has_all_kinds_and_strengths_by_default(write_grid):
    assert read_grid(write_grid()).corruptions is None
    ladder = read_grid(write_grid(corruptions={})).corruptions
    assert tuple(ladder.kinds) == tuple(CORRUPTIONS)
    assert tuple(ladder.strengths) == (1, 2, 3, 4, 5)


def test_ids_are_the_same_with_and_without_further_test_sets(write_grid):
    grids = [{}, {"external": [{"name": "a", "root": "there"}], "corruptions": {"kinds": ["blur"]}}]
    ids = [[cell.id for cell in expand(read_grid(write_grid(**one)), {"all": 900})[0]] for one in grids]
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"external": [{"name": "a", "root": "x"}, {"name": "A", "root": "y"}]}, "two sets are called 'A'"),
        ({"external": [{"name": "blur-1", "root": "x"}]}, "'blur-1' is called as a corruption"),
        ({"external": [{"name": "../a", "root": "x"}]}, "external.0.name"),
        (
            {"external": [{"name": "a", "root": "x", "kind": "phantom"}]},
            "no kind of data set with a root 'phantom'",
        ),
        ({"external": [{"name": "a"}]}, "external.0: a set needs root or phantom, and neither is given"),
        (
            {"external": [{"name": "a", "kind": "mura", "phantom": {"patients": 20}}]},
            "external.0: 'kind' changes nothing of a phantom that is a test set: leave it out",
        ),
        (
            {"external": [{"name": "a", "phantom": {"patients": 20, "protocol": "patient"}}]},
            "external.0: 'protocol' changes nothing of a phantom",
        ),
        ({"corruptions": {"kinds": ["blurr"]}}, "did you mean 'blur'"),
        ({"corruptions": {"strengths": [6]}}, "corruptions.strengths"),
    ],
)
def test_a_mistake_is_one_line_with_its_key(write_grid, keys, said):
    with pytest.raises(UserError) as caught:
        read_grid(write_grid(**keys))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_phantom_can_stand_for_a_folder(write_grid):
    letter = {"kind": "letter", "abnormal": 0.1, "normal": 0.9}
    grid = read_grid(write_grid(external=[{"name": "a", "phantom": {"patients": 20, "shortcut": letter}}]))
    (one,) = grid.external
    assert (one.root, one.phantom.patients, one.phantom.shortcut.abnormal) == (None, 20, 0.1)
    with pytest.raises(UserError, match=r"external.0: a set needs root or phantom, and both are given"):
        read_grid(write_grid(external=[{"name": "a", "root": ".", "phantom": {"patients": 20}}]))
    with pytest.raises(UserError, match=r"external.0.phantom.shortcut.kind: there is no shortcut 'leter'"):
        read_grid(write_grid(external=[{"name": "a", "phantom": {"shortcut": letter | {"kind": "leter"}}}]))
