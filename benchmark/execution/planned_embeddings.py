"""The embeddings and tokens that the unfinished cells of a plan need, with time and size."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmark.errors import UserError
from benchmark.execution.plan import Plan
from benchmark.execution.token_room import bytes_of_tokens
from benchmark.grid.strategies import STRATEGIES
from benchmark.store.record import Finished, Record
from benchmark.store.records import Records
from extractors.array_store import StoredArray, read_array
from extractors.descriptors import descriptors
from extractors.engines import AUTO, ENGINES, TORCH, engines_for
from extractors.sources import source_of
from extractors.specs import (
    BackboneSpec,
    DescriptorSpec,
    PlainExtractor,
    TokensSpec,
    embedding_folder,
    parts_of,
)

_Measured = Mapping[tuple[str, str], float]  # (extractor, engine) -> milliseconds per image


@dataclass(frozen=True)
class PlannedEmbedding:
    """An embedding that unfinished cells need: whether it is cached, and its estimated time if not.

    `bytes` is the size of tokens; None for vectors, which are small, and where it is not known.
    """

    extractor: str
    cached: bool
    images: int
    seconds: float  # wall-clock, with all cores
    engine: str = ""  # that a run would use, of a network
    bytes: int | None = None


def plan_embeddings(
    plan: Plan, records: Records, cache: Path, *, engine: str = AUTO, device: str = "cpu"
) -> list[PlannedEmbedding]:
    """List the embeddings that the unfinished cells need, and whether each is cached.

    `engine` and `device` (the type of torch's) are those of the run. Raises UserError for an engine that
    cannot be used.
    """
    images, pixels = len(plan.manifest.images), plan.images.pixels if plan.images else ""
    networks, measured = _engine_of(engine, device, images), _measured(records.all())
    wanted = {
        label: (part, planned.cell.strategy)
        for planned in plan.todo
        if (extractor := planned.cell.cached_extractor)
        for label, part in parts_of([extractor]).items()
    }
    found = []
    for label, (extractor, strategy) in wanted.items():
        folder = embedding_folder(cache, pixels, extractor) if pixels else None
        stored = read_array(folder, check=False) if folder else None
        cached = stored is not None
        by = networks if isinstance(extractor, BackboneSpec) else ""
        cost = _of_extractor(extractor, by, measured, _first_guess(extractor, strategy))
        if isinstance(extractor, BackboneSpec) and source_of(extractor.name).vectors:
            by, cost = "", 0.0  # they are in a file
        if isinstance(extractor, TokensSpec):
            found.append(_of_tokens(extractor, plan, stored, measured))
            continue
        found.append(PlannedEmbedding(label, cached, images, 0.0 if cached else images * cost / 1000, by))
    return found


def _of_tokens(
    tokens: TokensSpec, plan: Plan, stored: StoredArray | None, measured: _Measured
) -> PlannedEmbedding:
    """The tokens of a network: torch computes them in the time of its vectors."""
    images = len(plan.manifest.images)
    if stored is not None:
        return PlannedEmbedding(tokens.label, True, images, 0.0, TORCH, int(stored.data.nbytes))
    first_guess = STRATEGIES["feature_extraction"].embedding_ms
    seconds = images * _of_extractor(tokens.backbone, TORCH, measured, first_guess) / 1000
    size = bytes_of_tokens(tokens, images, plan.grid.image.size)
    return PlannedEmbedding(tokens.label, False, images, seconds, TORCH, size)


def _engine_of(asked: str, device: str, images: int) -> str:
    """The engine that a run would use if it agrees with torch."""
    try:
        return next((engine.name for engine in engines_for(asked, device, images)), TORCH)
    except ValueError as error:
        raise UserError(f"--engine: {error}") from None


def _measured(records: Iterable[Record]) -> _Measured:
    return {
        (record.backbone, record.embedding.engine or TORCH): record.embedding.milliseconds_per_image
        for record in records
        if isinstance(record, Finished) and record.embedding and record.embedding.milliseconds_per_image
    }


def _first_guess(extractor: PlainExtractor, strategy: str) -> float:
    if isinstance(extractor, DescriptorSpec):
        return descriptors()[extractor.name].first_guess_ms
    return STRATEGIES[strategy].embedding_ms


def _of_extractor(extractor: PlainExtractor, engine: str, measured: _Measured, first_guess: float) -> float:
    """The time per image: of mirrored views twice that of the network, until it was measured."""
    label, known = extractor.label, {name for name, _ in measured}
    if isinstance(extractor, BackboneSpec) and extractor.flip and label not in known:
        label = replace(extractor, flip="", label="").label
        return 2 * _milliseconds(label, engine, measured, first_guess)
    return _milliseconds(label, engine, measured, first_guess)


def _milliseconds(label: str, engine: str, measured: _Measured, first_guess: float) -> float:
    """The time per image: as measured with this engine, or with another one and the ratio of their speeds."""
    engine = engine or TORCH
    if same := measured.get((label, engine)):
        return same
    by_torch = [
        cost * ENGINES[other].speed
        for (name, other), cost in measured.items()
        if name == label and other in ENGINES
    ]
    return (by_torch[0] if by_torch else first_guess) / ENGINES[engine].speed
