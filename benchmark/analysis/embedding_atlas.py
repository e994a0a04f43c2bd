"""The embedding that a strategy's classifier sees, as points with body part, label, side and outcome."""

import numpy as np
import pandas as pd

from benchmark.analysis.resampled_cells import ResampledCells
from benchmark.analysis.shown_cell import cache_of, judges, shown_cell
from benchmark.datasets.splits import RowNumbers
from benchmark.execution.cached import cached_embedding
from benchmark.execution.plan import Plan
from benchmark.store.record import Finished
from results.evaluation import unit_table
from results.figures import EmbeddingAtlas
from results.figures.marks import NOT_JUDGED, TEST, TRAINING, UNUSED
from results.outcomes import CLASSES, WRONG, outcomes
from results.projection import PCA, project

_SEED = 0


def embedding_atlas(
    evaluated: ResampledCells, plan: Plan, strategy: str, projection: str = PCA
) -> EmbeddingAtlas:
    """The images of the grid's body parts, by the extractor that training folds choose of a strategy.

    Largest size, first seed. The index of `points` are the rows of the manifest. `side` is training for the
    images that the judging cell was fitted on, and not used for the others of the pool. Raises ValueError
    where no cell is finished, the embedding is not in the cache any more, or it cannot be projected.
    """
    shown = shown_cell(evaluated, strategy)
    stored = cached_embedding(plan, shown, cache_of(evaluated))
    images = _images(evaluated, plan, shown)
    rows = images.index.to_numpy(dtype=np.intp)
    projected = project(stored.data, rows, projection)
    points = images.assign(x=projected.points[:, 0], y=projected.points[:, 1])
    return EmbeddingAtlas(
        points, projected.axes, projected.explained, strategy, shown.backbone, int(stored.data.shape[1])
    )


def errors_first(points: pd.DataFrame) -> RowNumbers:
    """The places of the points in the order in which they are kept where not all can be shown.

    The wrong test images come first, then the others; both are shuffled by a fixed seed.
    """
    shuffled = np.random.default_rng(_SEED).permutation(len(points))
    wrong = points["outcome"].isin(WRONG).to_numpy()[shuffled]
    places: RowNumbers = np.concatenate([shuffled[wrong], shuffled[~wrong]])
    return places


def _images(evaluated: ResampledCells, plan: Plan, shown: Finished) -> pd.DataFrame:
    """The readable images of the judged body parts, with all columns of an atlas but x and y."""
    tables = [_of_part(evaluated, plan, record) for record in judges(evaluated, shown).values()]
    return pd.concat(tables).sort_index()


def _of_part(evaluated: ResampledCells, plan: Plan, record: Finished) -> pd.DataFrame:
    predictions = evaluated.predictions(record)
    pool, test = (plan.rows_of(rows, record.body_part) for rows in (plan.pool, plan.test))
    trained_on = plan.training.rows(record.body_part, record.train_size, record.seed)
    images = plan.manifest.images.reset_index(drop=True).iloc[np.concatenate([pool, test])]
    images = images[~images["image"].isin(record.unreadable)]
    side = np.where(images.index.isin(test), TEST, np.where(images.index.isin(trained_on), TRAINING, UNUSED))
    found = images[["image", "study", "body_part"]].assign(
        label=np.array(CLASSES, object)[images["label"].to_numpy()], side=side
    )
    unit = evaluated.evaluation.unit
    table = unit_table(predictions, unit).set_index(unit)
    named = outcomes(table["label"].to_numpy(), table["probability"].to_numpy(), record.threshold)
    names = found[unit].where(found["side"] == TEST)
    outcome = names.map(pd.Series(named, index=table.index)).fillna(NOT_JUDGED)
    return found.assign(outcome=outcome, probability=names.map(table["probability"]))
