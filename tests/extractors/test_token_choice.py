import pytest

from extractors.specs import BackboneSpec
from extractors.token_choice import BLOCKS, LAYERS, TOKENS, why_no_choice


def test_the_words_are_those_of_a_grid():
    assert TOKENS == ("pooled", "cls", "mean", "cls+mean")
    assert LAYERS == tuple(BLOCKS) == ("last", "last_4")


@pytest.mark.parametrize("tokens", TOKENS)
def test_only_tokens_are_there_of_several_layers(tokens):
    assert why_no_choice(tokens, "last") == ""
    assert bool(why_no_choice(tokens, "last_4")) is (tokens == "pooled")


def test_a_choice_is_another_cell_and_another_name_and_no_choice_the_same_as_before():
    plain, chosen = BackboneSpec("resnet18"), BackboneSpec("resnet18", tokens="mean")
    assert plain.asked() == {"name": "resnet18"}
    assert chosen.asked() == {"name": "resnet18", "tokens": "mean"}
    assert BackboneSpec("vit", "random", tokens="cls", layers="last_4").label == "vit-cls-last_4-random"
    assert plain.identity() != chosen.identity()
