"""The head-to-head of a grid: frozen against fine-tuned, per backbone, body part and training size."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, partial
from typing import Any

from benchmark.analysis.learning_curves import Point, chosen_on_training_folds, ordinary
from benchmark.store.records import Record, Records
from extractors.digests import JsonValue, digest_of
from results.comparison import differences
from results.evaluation import resampled_metric
from results.uncertainty import Resampled

CHOSEN = "chosen"  # the frozen classifier with the best AUROC on the training folds, seed by seed
Side = dict[int, Record]  # one record per seed


def head_to_head(
    records: Records, finished: Iterable[Record], *, metric: str, unit: str, confidence: float, resamples: int
) -> list[Point]:
    """Fine-tuned minus frozen for every backbone, body part and size that a grid has both ways.

    A row holds body_part, backbone, train_size, train_images, classifier (of the frozen side: each one,
    and CHOSEN), seed (or "all" for the means over seeds), frozen, fine_tuned, difference, low, high and p:
    the difference with its interval and p-value (not adjusted), paired by resampling the test patients;
    `classifiers` are those that were taken, by the seeds that were compared. Rows are kept in the grid's
    folder, so that only new ones are computed.
    """
    settings: list[JsonValue] = [metric, unit, confidence, resamples]

    @cache
    def resampled(cell: str) -> Resampled:
        return resampled_metric(
            records.read_predictions(cell),
            thresholds[cell],
            metric=metric,
            unit=unit,
            resamples=resamples,
        )

    def rows(axes: dict[str, Any], frozen: Side, tuned: Side) -> list[Point]:
        sides = [{seed: resampled(r["cell"]) for seed, r in side.items()} for side in (frozen, tuned)]
        return [
            {
                **axes,
                "seed": row["seed"],
                "classifiers": {str(seed): frozen[seed]["classifier"] for seed in row["seeds"]},
                "frozen": row["first"],
                "fine_tuned": row["second"],
                **{name: row[name] for name in ("difference", "low", "high", "p")},
            }
            for row in differences(sides[0], sides[1], confidence)
        ]

    finished = ordinary(finished)
    thresholds = {record["cell"]: record["threshold"] for record in finished}
    wanted = {}
    for axes, frozen, tuned in _pairs(finished):
        digests = [r["predictions_sha256"] for side in (frozen, tuned) for _, r in sorted(side.items())]
        wanted[digest_of([*settings, axes, *digests])] = partial(rows, axes, frozen, tuned)
    return [row for group in records.derived(".comparisons.json", wanted) for row in group]


def _pairs(finished: list[Record]) -> Iterator[tuple[dict[str, Any], Side, Side]]:
    """(axes, frozen, fine-tuned) for each frozen classifier and CHOSEN, in the order of the grid."""
    frozen: dict[tuple[Any, ...], dict[str, Side]] = defaultdict(lambda: defaultdict(dict))
    tuned: dict[tuple[Any, ...], Side] = defaultdict(dict)
    for record in finished:
        key = record["body_part"], record["backbone"], record["train_size"]
        if record["strategy"] == "feature_extraction":
            frozen[key][record["classifier"]][record["seed"]] = record
        elif record["strategy"] == "fine_tuning":
            tuned[key][record["seed"]] = record
    for (part, backbone, size), side in tuned.items():
        classifiers = frozen[part, backbone, size]
        members = [record for records in classifiers.values() for record in records.values()]
        chosen = {record["seed"]: record for record in chosen_on_training_folds(members)}
        images = next(iter(side.values()))["counts"]["train_images"]
        for name, other in {CHOSEN: chosen, **classifiers}.items():
            axes = {"body_part": part, "backbone": backbone, "train_size": size, "train_images": images}
            yield {**axes, "classifier": name}, other, side
