"""The sentences that fill a checklist: each says one thing with the numbers of the records, or nothing."""

from collections.abc import Callable
from typing import NamedTuple

from results.checklists import data_sentences as data
from results.checklists import method_sentences as methods
from results.checklists import result_sentences as results
from results.checklists.phrases import Facts

_METHODS, _DATA, _ANSWER, _SCORES = "Methods", "The data set", "The answer", "Scores"
_CURVES, _PROVENANCE = "Ranking, calibration and net benefit", "Grid, versions and digests"


class Sentence(NamedTuple):
    """How a sentence is written from the facts, and the section of the report with the details.

    It is empty where the facts do not hold it: a study without fine-tuning has no difference, say.
    """

    write: Callable[[Facts], str]
    where: str


SENTENCES: dict[str, Sentence] = {
    "technology": Sentence(methods.technology, _METHODS),
    "question": Sentence(results.question, _ANSWER),
    "study_kind": Sentence(methods.study_kind, _METHODS),
    "source": Sentence(data.source, _DATA),
    "selection": Sentence(data.selection, _METHODS),
    "preparation": Sentence(data.preparation, _METHODS),
    "subsets": Sentence(data.subsets, _METHODS),
    "missing": Sentence(data.missing, "What was left out"),
    "outcome": Sentence(data.outcome, _DATA),
    "partition": Sentence(data.partition, _METHODS),
    "validation": Sentence(methods.validation, _METHODS),
    "disjoint": Sentence(data.disjoint, _METHODS),
    "test_size": Sentence(data.test_size, _DATA),
    "architecture": Sentence(methods.architecture, _METHODS),
    "output": Sentence(methods.output, _METHODS),
    "software": Sentence(methods.software, _PROVENANCE),
    "initial": Sentence(methods.initial, _METHODS),
    "training": Sentence(methods.training, _METHODS),
    "model_choice": Sentence(methods.model_choice, _METHODS),
    "one_model": Sentence(methods.one_model, _METHODS),
    "metrics": Sentence(methods.metrics, _METHODS),
    "uncertainty": Sentence(methods.uncertainty, _METHODS),
    "comparison": Sentence(methods.comparison, _METHODS),
    "robustness": Sentence(results.robustness, _SCORES),
    "internal_test": Sentence(results.internal_test, _ANSWER),
    "no_external": Sentence(data.no_external, _METHODS),
    "flow": Sentence(data.flow, _DATA),
    "body_parts": Sentence(data.body_parts, _DATA),
    "scores": Sentence(results.scores, _SCORES),
    "verdicts": Sentence(results.verdicts, "Differences"),
    "calls": Sentence(results.calls, _CURVES),
    "errors": Sentence(results.errors, _CURVES),
    "limits": Sentence(results.limits, _METHODS),
    "protocol": Sentence(methods.protocol, _PROVENANCE),
    "software_available": Sentence(methods.software_available, _PROVENANCE),
    "digests": Sentence(methods.digests, _PROVENANCE),
    "predictors": Sentence(data.predictors, _METHODS),
    "no_assessor": Sentence(data.no_assessor, _METHODS),
    "handling": Sentence(methods.handling, _METHODS),
    "clusters": Sentence(data.clusters, _METHODS),
    "no_update": Sentence(methods.no_update, _METHODS),
    "prediction": Sentence(methods.prediction, _METHODS),
    "imbalance": Sentence(methods.imbalance, _METHODS),
    "prevalence": Sentence(data.prevalence, _DATA),
}
