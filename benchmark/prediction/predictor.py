"""Judge studies with a kept model: probability, class, abstention, and warnings about unusual images."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from benchmark.prediction.plausibility import doubts
from benchmark.prediction.scoring import Pixels, Scorer, scorer_of
from benchmark.prediction.studies import Source, Study
from benchmark.store.kept_models import KeptModel
from classifiers.conformal import ConformalRule, conformal_rule
from extractors.engines import AUTO
from extractors.pixels import UnreadableImageError, decode

COVERAGE = 0.9  # of the prediction sets, by default
_STUDIES = 32  # that are decoded and scored together; chosen by hand
NORMAL, ABNORMAL, ABSTAINS = "normal", "abnormal", "abstains"


@dataclass(frozen=True)
class ImagePrediction:
    """One image: its probability, its distance to the training images, and what is unusual, in words."""

    image: str
    probability: float
    distance: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class StudyPrediction:
    """One study. `probability` is the mean over its images, None when one of them cannot be read (`error`).

    `label` is 1 when the probability reaches the model's threshold. `decision` is that of the conformal rule:
    normal, abnormal, or abstains where both classes, or none, are plausible at its coverage.
    """

    study: str
    probability: float | None = None
    label: int | None = None
    decision: str = ""
    images: tuple[ImagePrediction, ...] = ()
    error: str = ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unusual about its images, in words, each once."""
        return tuple(dict.fromkeys(warning for image in self.images for warning in image.warnings))

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Predictor:
    """A kept model that is ready to judge studies; the network is loaded once."""

    model: KeptModel
    scorer: Scorer = field(repr=False)
    rule: ConformalRule

    def predict(self, studies: Iterable[Study]) -> Iterator[StudyPrediction]:
        """Judge studies in their order. An image that cannot be read is in the result, and raises nothing.

        While the network judges some studies, a thread decodes the next ones.
        """
        remaining = iter(studies)
        with ThreadPoolExecutor(1) as pool:
            some = list(islice(remaining, _STUDIES))
            coming = pool.submit(self._all_decoded, some)
            while some:
                now, decoded = some, coming.result()
                some = list(islice(remaining, _STUDIES))
                coming = pool.submit(self._all_decoded, some)
                yield from self._judged(now, decoded)

    def pixels(self, image: Source) -> Pixels:
        """An image as the model sees it: (size, size) uint8. Raises UnreadableImageError."""
        settings = self.model.image
        return decode(image, settings["size"], settings["fit"], settings["window"])

    def judge(self, study: Study, pixels: Pixels, doubted: Sequence[Sequence[str]]) -> StudyPrediction:
        """Judge a study whose images are decoded already: (n, size, size), each by `pixels`.

        `doubted` is what `plausibility.doubts` says of each.
        """
        scores = self.scorer(pixels)
        distances = self.model.familiarity.distances(scores.vectors)
        return self._prediction(study, scores.probabilities, distances, doubted)

    def _all_decoded(self, studies: list[Study]) -> list[list[Pixels] | str]:
        return [self._decoded(study) for study in studies]

    def _judged(self, studies: list[Study], decoded: list[list[Pixels] | str]) -> Iterator[StudyPrediction]:
        together = [pixels for found in decoded if not isinstance(found, str) for pixels in found]
        scores = self.scorer(np.stack(together)) if together else None
        start = 0
        for study, found in zip(studies, decoded, strict=True):
            if isinstance(found, str) or scores is None:
                yield StudyPrediction(study.name, error=str(found))
                continue
            rows = slice(start, start + len(found))
            start = rows.stop
            distances = self.model.familiarity.distances(scores.vectors[rows])
            doubted = [doubts(image, square) for image, square in zip(study.images, found, strict=True)]
            yield self._prediction(study, scores.probabilities[rows], distances, doubted)

    def _decoded(self, study: Study) -> list[Pixels] | str:
        """The pixels of a study's images, or why one of them cannot be read."""
        try:
            return [self.pixels(image) for image in study.images]
        except UnreadableImageError as error:
            return str(error)

    def _prediction(
        self,
        study: Study,
        probabilities: np.ndarray[Any, Any],
        distances: Any,
        doubted: Sequence[Sequence[str]],
    ) -> StudyPrediction:
        images = tuple(
            ImagePrediction(name, float(p), float(distance), self._warnings(why, float(distance)))
            for name, p, distance, why in zip(study.names, probabilities, distances, doubted, strict=True)
        )
        mean = float(np.mean(probabilities))
        normal, abnormal = self.rule.classes(np.array([mean]))[0]
        decision = ABSTAINS if normal == abnormal else ABNORMAL if abnormal else NORMAL
        return StudyPrediction(study.name, mean, int(mean >= self.model.record.threshold), decision, images)

    def _warnings(self, doubted: Sequence[str], distance: float) -> tuple[str, ...]:
        found = [f"probably no radiograph: {doubt}" for doubt in doubted]
        if distance > self.model.familiarity.limit:
            found.append("unlike the training images")
        return tuple(found)


def predictor_of(
    model: KeptModel, *, coverage: float = COVERAGE, device: str = "auto", engine: str = AUTO
) -> Predictor:
    """Make a kept model ready. Raises UserError for weights, a device or an engine that cannot be used.

    `coverage` is the probability with which a prediction set holds the true class of a new patient's study.
    """
    return Predictor(
        model, scorer_of(model, device, engine), conformal_rule(model.classifier.held_out, coverage)
    )
