"""Figures as objects: `frame()` holds the numbers, `plot()` draws them (matplotlib), `save` writes both."""

from results.figures.body_parts import BodyParts
from results.figures.confusion import ConfusionMatrices, ConfusionMatrix
from results.figures.corruption_ladder import CorruptionLadder
from results.figures.cost import CostAccuracy
from results.figures.counts import DatasetCounts
from results.figures.critical_difference import CriticalDifference
from results.figures.crossover import CrossoverSizes
from results.figures.decision_curve import DecisionCurve
from results.figures.embedding_atlas import EmbeddingAtlas
from results.figures.forest import ForestPlot
from results.figures.head_to_head import HeadToHead
from results.figures.heat_map import HeatMap
from results.figures.label_noise import LabelNoiseCurves
from results.figures.learning_curves import LearningCurves
from results.figures.localisation import LocalisationCurves
from results.figures.picture_grid import PictureGrid
from results.figures.prediction_gallery import Example, PredictionGallery
from results.figures.predictions import Scores
from results.figures.reliability import ReliabilityDiagram
from results.figures.roc_pr import PrecisionRecallCurves, RocCurves
from results.figures.saving import Drawable, save, save_drawn
from results.figures.training import TrainingCurves
from results.figures.worklist import WorklistGains

__all__ = [
    "BodyParts",
    "ConfusionMatrices",
    "ConfusionMatrix",
    "CorruptionLadder",
    "CostAccuracy",
    "CriticalDifference",
    "CrossoverSizes",
    "DatasetCounts",
    "DecisionCurve",
    "Drawable",
    "EmbeddingAtlas",
    "Example",
    "ForestPlot",
    "HeadToHead",
    "HeatMap",
    "LabelNoiseCurves",
    "LearningCurves",
    "LocalisationCurves",
    "PictureGrid",
    "PrecisionRecallCurves",
    "PredictionGallery",
    "ReliabilityDiagram",
    "RocCurves",
    "Scores",
    "TrainingCurves",
    "WorklistGains",
    "save",
    "save_drawn",
]
