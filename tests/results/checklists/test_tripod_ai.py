"""The 27 items of TRIPOD+AI with their sub-items, numbered as published."""

import re

from results.checklists import TRIPOD_AI
from results.checklists.sentences import SENTENCES
from results.methods_text import references

SUB_ITEMS = {3: 3, 5: 2, 6: 3, 8: 3, 9: 3, 12: 7, 18: 6, 20: 3, 23: 2, 27: 3}  # of Table 2


def test_it_has_the_items_of_the_publication():
    expected = [
        f"{number}{letter}"
        for number in range(1, 28)
        for letter in ("abcdefg"[: SUB_ITEMS[number]] if number in SUB_ITEMS else [""])
    ]
    assert [item.number for item in TRIPOD_AI.items] == expected
    assert len(expected) == 52
    assert references()[TRIPOD_AI.citation].short == "Collins et al. 2024"
    sections = {item.number: item.section for item in TRIPOD_AI.items}
    assert {sections[f"18{letter}"] for letter in "abcdef"} == {"Open science"}
    assert sections["17"] == "Methods"
    assert sections["24"] == "Results"


def test_items_name_sentences_that_exist_or_what_is_written_by_hand():
    for item in TRIPOD_AI.items:
        assert set(item.sentences) <= SENTENCES.keys(), item.number
        assert item.sentences or item.by_hand, item.number
        assert re.fullmatch(r"\d+[a-g]?", item.number)
