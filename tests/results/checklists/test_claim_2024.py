"""The 44 items of CLAIM 2024, numbered as published."""

from results.checklists import CLAIM_2024
from results.checklists.sentences import SENTENCES
from results.methods_text import references


def test_it_has_the_items_of_the_publication():
    assert [item.number for item in CLAIM_2024.items] == [str(number) for number in range(1, 45)]
    assert references()[CLAIM_2024.citation].short == "Tejani et al. 2024"
    topics = {item.number: item.topic for item in CLAIM_2024.items}
    assert len(set(topics.values())) == 44
    assert topics["11"] == "De-identification"
    assert topics["20"].startswith("Level at which partitions are disjoint")
    assert topics["33"] == "External testing"
    assert topics["44"] == "Funding"


def test_items_name_sentences_that_exist_or_what_is_written_by_hand():
    for item in CLAIM_2024.items:
        assert set(item.sentences) <= SENTENCES.keys(), item.number
        assert item.sentences or item.by_hand, item.number
