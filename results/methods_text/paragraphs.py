"""The methods as paragraphs that can be pasted into a paper, and the works that they cite."""

from collections.abc import Iterator

from results.methods_text.citations import BY_KEY, Citation
from results.methods_text.cited import cited_keys, with_names
from results.methods_text.data import data_sentences
from results.methods_text.facts import Facts
from results.methods_text.models import model_sentences
from results.methods_text.statistics import software_sentences, statistics_sentences
from results.methods_text.tuning import tuning_sentences


def methods(facts: Facts) -> str:
    """Paragraphs (data, models, statistics, software) divided by empty lines, with what the facts hold."""
    return with_names("\n\n".join(_paragraphs(facts)))


def citations(facts: Facts) -> list[Citation]:
    """What `methods` cites, in the order of its text."""
    return [BY_KEY[key] for key in cited_keys("\n\n".join(_paragraphs(facts)))]


def _paragraphs(facts: Facts) -> Iterator[str]:
    models = [*model_sentences(facts), *tuning_sentences(facts)]
    for sentences in (data_sentences(facts), models, statistics_sentences(facts), software_sentences(facts)):
        text = " ".join(sentence[0].upper() + sentence[1:] + "." for sentence in sentences)
        if text:
            yield text
