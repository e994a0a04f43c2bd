"""What a kept model says about one study: the verdict, and each view beside the map of what counted."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.app.decoding import DECODER, SIDE, Asked, Decoded
from benchmark.app.uploads import Upload, study_of
from benchmark.errors import UserError
from benchmark.prediction.explanation import Explainer, explainer_of
from benchmark.prediction.overlay import overlay
from benchmark.prediction.predictor import (
    COVERAGE,
    ImagePrediction,
    Predictor,
    StudyPrediction,
    predictor_of,
)
from benchmark.prediction.scoring import Pixels
from benchmark.prediction.studies import Study
from benchmark.store.kept_models import KeptModel
from extractors.pixels import UnreadableImageError

_one_at_a_time = threading.Lock()  # so that memory holds one decoded image, however many pages are open


@dataclass(frozen=True, eq=False)
class View:
    """One image of a study: what the model says, a square picture of it, and the same with the map over it.

    `mapped` is None where the model has no map; `speaks` is whether any place of the map is above 0.
    """

    prediction: ImagePrediction
    picture: Image.Image
    mapped: Image.Image | None
    speaks: bool = True


@dataclass(frozen=True, eq=False)
class Opinion:
    """What one model says about one study and its views.

    `coverage` is that of the conformal rule by which it abstains. `no_map` says why it has no map, if so.
    """

    prediction: StudyPrediction
    threshold: float
    coverage: float
    views: tuple[View, ...]
    no_map: str = ""


@dataclass(frozen=True, eq=False)
class Judge:
    """A kept model, loaded and ready. `no_map` says why it has none; empty where `explainer` is there."""

    predictor: Predictor
    explainer: Explainer | None = field(repr=False)
    no_map: str = ""

    def opinion(self, uploads: Sequence[Upload]) -> Opinion:
        """Judge uploaded files as the views of one study. Nothing of them is kept, and nothing is logged.

        Raises UserError, in one line, for files that are no study or cannot be decoded.
        """
        study = study_of(uploads)
        with _one_at_a_time:
            decoded = self._decoded(study)
            pixels = np.stack([one.pixels for one in decoded])
            prediction = self.predictor.judge(study, pixels, [one.doubts for one in decoded])
            views = tuple(self._views(prediction, pixels, decoded))
        threshold, coverage = self.predictor.model.record.threshold, self.predictor.rule.coverage
        return Opinion(prediction, threshold, coverage, views, self.no_map)

    def _decoded(self, study: Study) -> list[Decoded]:
        """The views, decoded in another process."""
        settings = self.predictor.model.image
        asked = Asked(settings["size"], settings["fit"], settings["window"])
        found = []
        for name, image in zip(study.names, study.images, strict=True):
            assert isinstance(image, bytes)
            try:
                found.append(DECODER(image, asked))
            except UnreadableImageError as error:
                raise UserError(f"{name}: {error}; remove it") from error
        return found

    def _views(
        self, prediction: StudyPrediction, pixels: Pixels, decoded: Sequence[Decoded]
    ) -> Iterator[View]:
        heats = self.explainer(pixels) if self.explainer else [None] * len(pixels)
        for one, said, heat in zip(decoded, prediction.images, heats, strict=True):
            mapped = None if heat is None else overlay(one.picture, _enlarged(heat))
            speaks = heat is None or bool(heat.any())
            yield View(said, Image.fromarray(one.picture), mapped, speaks)


def judge_of(model: KeptModel, coverage: float = COVERAGE) -> Judge:
    """Load what a model needs, on the processor. Raises UserError for weights that cannot be used."""
    DECODER.start()
    predictor = predictor_of(model, coverage=coverage, device="cpu")
    try:
        return Judge(predictor, explainer_of(model, "cpu"))
    except UserError as error:
        return Judge(predictor, None, str(error))


def _enlarged(heat: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(Image.fromarray(heat).resize((SIDE, SIDE), Image.Resampling.BILINEAR))
