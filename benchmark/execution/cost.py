"""The cost of a cell, with the same fields for every strategy: seconds by stage, memory, energy, bytes."""

from collections.abc import Mapping
from typing import Any

import torch

from benchmark.store.record import Cost
from classifiers.fitting import Fit
from extractors.devices import device_name
from extractors.resource_usage import Usage


def frozen_cost(
    fit: Fit, *, train: int, test: int, embedding: Mapping[str, Any], used: Usage, threads: int
) -> Cost:
    """Cost of a frozen cell: its own fit plus (train + test) × embedding cost per image.

    An embedding is computed once for all images and cells; a cell counts its own (train + test) images, as if
    they had been embedded for this cell only. Peak memory is the larger peak of embedding and fitting.
    """
    per_image, energy = embedding.get("milliseconds_per_image"), embedding.get("kwh_per_image")
    predict = fit.seconds["predict"]
    peaks = [used.peak_memory_bytes, embedding.get("peak_memory_bytes")]
    return Cost(
        device=embedding.get("device"),
        classifier_device=device_name(torch.device(fit.device)) if fit.device else None,
        threads=threads,
        **_seconds(
            embed=_times(per_image, (train + test) / 1000),
            select=fit.seconds["select"],
            fit=fit.seconds["fit"],
            predict=predict,
        ),
        peak_memory_bytes=None if None in peaks else max(peak for peak in peaks if peak is not None),
        peak_device_memory_bytes=embedding.get("peak_device_memory_bytes"),
        energy_kwh=_sum([_times(energy, train + test), used.energy_kwh]),
        **_cost_of_use(
            test,
            _sum([_times(per_image, test / 1000), predict]),
            _sum([embedding.get("bytes_on_disk"), fit.bytes_on_disk]),
        ),
        trainable_parameters=0,
        optimiser_bytes=0,
    )


def tuned_cost(
    fit: Fit,
    *,
    train: int,
    test: int,
    facts: Mapping[str, Any],
    used: Usage,
    tokens: Mapping[str, Any] | None = None,
) -> Cost:
    """Cost of a fine-tuning, from the `facts` of its training; rejected learning rates count as selection.

    Of a network on stored `tokens`, the cost of these is counted as that of an embedding is in `frozen_cost`.
    """
    seconds = fit.seconds
    per_image = tokens.get("milliseconds_per_image") if tokens else 0.0
    energy = tokens.get("kwh_per_image") if tokens else 0.0
    predict = _sum([_times(per_image, test / 1000), seconds["predict"]])
    return Cost(
        device=facts["device"],
        threads=facts["threads"],
        **_seconds(
            embed=_times(per_image, (train + test) / 1000),
            select=seconds["select"],
            tune=seconds["fit"],
            predict=seconds["predict"],
        ),
        peak_memory_bytes=used.peak_memory_bytes,
        peak_device_memory_bytes=facts["peak_memory_bytes"],
        energy_kwh=_sum([_times(energy, train + test), used.energy_kwh]),
        **_cost_of_use(test, predict, fit.bytes_on_disk),
        trainable_parameters=facts["trainable_parameters"],
        optimiser_bytes=facts["optimiser_bytes"],
    )


def _seconds(
    *,
    embed: float | None = 0.0,
    select: float = 0.0,
    fit: float = 0.0,
    tune: float = 0.0,
    predict: float,
) -> dict[str, Any]:
    """Seconds by stage, 0 for a stage that the strategy lacks, and their sum."""
    stages = {"embed": embed, "select": select, "fit": fit, "tune": tune, "predict": predict}
    named = {f"seconds_{stage}": seconds for stage, seconds in stages.items()}
    return {**named, "seconds_total": _sum(list(stages.values()))}


def _cost_of_use(test: int, seconds: float | None, size: int | None) -> dict[str, Any]:
    """The cost of use: seconds from pixels to predictions of the test images, and bytes of the model."""
    return {
        "evaluation_seconds": seconds,
        "evaluation_images_per_second": test / seconds if seconds else None,
        "bytes_on_disk": size,
    }


def _times(amount: float | None, factor: float) -> float | None:
    return None if amount is None else amount * factor


def _sum(amounts: list[float | None]) -> Any:
    """The sum, or None when one of the amounts is None."""
    return None if None in amounts else sum(amount for amount in amounts if amount is not None)
