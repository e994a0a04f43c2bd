"""Every item is filled from the facts, or says that a person must write it, or both."""

import pytest

from results.checklists import CHECKLISTS, NOT_IN_RECORDS, Checklist, Item, filled
from results.checklists.checklist import FILLED, PARTLY, TO_WRITE
from tests.results.checklists.study import study

STUDIES = {
    "everything": study(),
    "frozen alone": study(fine_tuning=None, comparisons=0, differences=[], tuned=[], recipes=[], controls=[]),
    "fine-tuned alone": study(feature_extraction=None, hand_crafted=None, comparisons=0, differences=[]),
    "one seed": study(seeds=[0], train_sizes=["full"]),
    "phantom": study(kind="phantom", dataset={"name": "", "citation": ""}),
    "by image": study(protocol="image", shared_patients=7),
    "per image": study(evaluation={"unit": "image", "primary": "brier"}),
}


@pytest.mark.parametrize("checklist", CHECKLISTS, ids=lambda checklist: checklist.name)
@pytest.mark.parametrize("name", STUDIES)
def test_every_item_is_filled_or_says_what_a_person_must_write(checklist, name):
    items = filled(checklist, STUDIES[name])
    assert [item.item for item in items] == list(checklist.items)
    for item in items:
        assert item.text or item.missing.startswith(NOT_IN_RECORDS), item.item.number
        assert bool(item.text) == bool(item.where), item.item.number
        for text in filter(None, (item.text, item.missing)):
            assert text[0].isupper(), text
            assert text.endswith("."), text
            assert not any(sign in text for sign in ("None", "nan", "{", "  ", "..", " ,")), text


def test_status_tells_what_is_left_to_write():
    items = [
        Item("1", "Methods", "filled", ("no_external",)),
        Item("2", "Methods", "partly", ("no_external",), "why"),
        Item("3", "Methods", "by hand", by_hand="all of it"),
        Item("4", "Methods", "no fact", ("verdicts",)),
    ]
    found = filled(Checklist("x", "X", "tejani2024claim", items), study(differences=[]))
    assert [item.status for item in found] == [FILLED, PARTLY, TO_WRITE, TO_WRITE]
    assert [item.missing for item in found] == [
        "",
        "Not in the records: why.",
        "Not in the records: all of it.",
        "Not in the records.",
    ]


def test_a_missing_fact_is_an_error():
    facts = study()
    del facts["unreadable"]
    with pytest.raises(KeyError, match="unreadable"):
        filled(CHECKLISTS[0], facts)
