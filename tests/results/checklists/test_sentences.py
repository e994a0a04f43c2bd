"""Every sentence is used by a checklist."""

from results.checklists import CHECKLISTS
from results.checklists.sentences import SENTENCES


def test_every_sentence_is_asked_for_by_an_item():
    asked = {name for checklist in CHECKLISTS for item in checklist.items for name in item.sentences}
    assert asked == SENTENCES.keys()


def test_a_sentence_has_the_name_of_its_function():
    for name, sentence in SENTENCES.items():
        assert sentence.write.__name__ == name
        assert sentence.where
