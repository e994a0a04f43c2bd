from pathlib import Path

import pytest

from benchmark.app.choices import (
    Choice,
    for_part,
    kept_choices,
    label_of,
    other_side,
    parts_of,
    size_in_words,
    sizes_of,
)
from benchmark.errors import UserError
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace


@pytest.fixture
def choice(kept):
    """Makes choices like the frozen one with logistic regression, with other axes."""

    def made(grid="g", chosen=False, **axes):
        record = kept["feature_extraction", "logistic_regression"].record
        return Choice(
            Records(Path("w"), grid), record.model_copy(update={"body_part_metrics": {}} | axes), chosen
        )

    return made


def test_the_chosen_models_come_first_and_then_the_best_on_training_folds(kept_workspace):
    found = kept_choices(kept_workspace)
    assert len(found) == 8
    assert [one.chosen for one in found] == sorted((one.chosen for one in found), reverse=True)
    assert {one.record.strategy for one in found if one.chosen} == {
        "feature_extraction",
        "fine_tuning",
        "hand_crafted",
    }
    others = [one.record.selection_auroc for one in found if not one.chosen]
    assert others == sorted(others, reverse=True)


def test_one_grid_or_all_of_the_workspace(kept_workspace):
    assert {one.grid for one in kept_choices(kept_workspace, "kept")} == {"kept"}
    with pytest.raises(UserError, match=r"holds no model of the grid 'other'.*keep_models"):
        kept_choices(kept_workspace, "other")


def test_a_workspace_without_models_says_how_to_keep_some(tmp_path):
    with pytest.raises(UserError, match=r"holds no model of any grid: set 'keep_models: chosen'"):
        kept_choices(Workspace(tmp_path))


def test_a_body_part_offers_models_of_it_and_of_all_parts_that_were_tested_on_it(choice):
    whole = choice(body_part="all", body_part_metrics={"hand": {}, "elbow": {}})
    hand, wrist = choice(body_part="hand"), choice(body_part="wrist")
    assert parts_of([hand, wrist, whole]) == ["all", "elbow", "hand", "wrist"]
    assert for_part([whole, wrist, hand], "hand") == [hand, whole]
    assert for_part([whole, wrist, hand], "all") == [whole]


def test_of_a_part_the_chosen_models_stay_first(choice):
    whole = choice(body_part="all", body_part_metrics={"hand": {}}, chosen=True)
    hand = choice(body_part="hand")
    assert for_part([hand, whole], "hand") == [whole, hand]


def test_sizes_are_in_words_and_the_largest_first(choice):
    sizes = sizes_of([choice(train_size=100), choice(train_size="full"), choice(train_size=3000)])
    assert [size_in_words(size) for size in sizes] == ["all images", "3,000 images", "100 images"]
    assert size_in_words("full (90 % of patients)") == "full (90 % of patients)"


def test_a_label_says_what_tells_a_model_from_the_others_and_marks_the_chosen(choice):
    one, two = choice(body_part="hand", seed=0, chosen=True), choice(body_part="all", seed=0)
    assert label_of(one, [one]) == "★ frozen · bundled · logistic regression"
    assert label_of(two, [one, two]) == "frozen · bundled · logistic regression · of all"
    assert label_of(two, [two, choice(seed=1)]).endswith("seed 0")


def test_a_cell_that_is_computed_again_has_another_key(choice):
    one = choice()
    assert one.key == choice().key
    others = [choice("h"), choice(cell="0123456789ab"), choice(predictions_sha256="0")]
    assert len({one.key, *(other.key for other in others)}) == 4


def test_the_other_side_was_trained_on_the_same_images(choice, kept):
    frozen = choice(seed=1)
    tuned = {"strategy": "fine_tuning", "classifier": "end_to_end"}
    same, chosen = choice(seed=1, **tuned), choice(seed=1, backbone="other", chosen=True, **tuned)
    assert other_side(frozen, [choice(seed=0, **tuned), chosen, same]) is same, "the same network"
    assert other_side(frozen, [choice(seed=0, **tuned), choice("h", seed=1, **tuned)]) is None
    assert other_side(same, [frozen, chosen]) is frozen
    assert other_side(kept["hand_crafted", "logistic_regression"], kept.values()) is None
