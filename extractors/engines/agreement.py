"""Let an engine run a network, if it gives the same embeddings as torch."""

import logging
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from extractors.backbones import Backbone, embed
from extractors.engines import AUTO, TORCH, Engine, engines_for
from extractors.errors import reason

COMPARED = 32  # images
_LOG = logging.getLogger(__name__)


def with_engine(backbone: Backbone, asked: str, pixels: NDArray[np.uint8]) -> Backbone:
    """The backbone whose `embed` uses an engine that agrees with torch's float32 on the first of `pixels`.

    `pixels` are the n images that will be embedded, (n, size, size) uint8; `asked` is a name in
    `extractors.engines.NAMES`. An engine that cannot run the network or gives other vectors is passed over,
    for the next one and in the end for torch, with a line in the log: a warning if it was asked for by name.
    Raises ValueError as `engines_for`.
    """
    candidates = engines_for(asked, backbone.device.type, len(pixels))
    if not candidates or getattr(backbone.network, "is_compiled", False):  # an ONNX file
        return backbone
    first = np.array(pixels[:COMPARED])
    expected = embed(replace(backbone, run=backbone.network), first)  # without autocast
    for engine in candidates:
        try:
            found = _compiled(backbone, engine, first.shape[1])
            # a part of one image too: a number of images that is taken for a constant must not pass
            vectors = embed(found, first, batch_size=max(1, len(first) - 1))
            problem = _difference(vectors, expected, engine.farthest)
        except Exception as error:  # exporters and engines raise anything
            problem = f"cannot run it ({type(error).__name__}: {reason(error)})"
        if not problem:
            return found
        level = logging.INFO if asked == AUTO else logging.WARNING
        last = f"; {TORCH} is used" if engine is candidates[-1] else ""
        _LOG.log(level, "'%s': the engine %s %s%s", backbone.spec.label, engine.name, problem, last)
    return backbone


def _compiled(backbone: Backbone, engine: Engine, size: int) -> Backbone:
    assert engine.compile is not None
    run = engine.compile(backbone.network, (len(backbone.mean), size, size))
    return replace(backbone, engine=engine.name, run=run)


def _difference(found: NDArray[np.float32], expected: NDArray[np.float32], farthest: float) -> str:
    """What is wrong with the vectors (n, width) of an engine, in words; empty if nothing is."""
    if found.shape != expected.shape:
        return f"gives vectors of shape {found.shape}, torch {expected.shape}"
    theirs, ours = found.astype(np.float64), expected.astype(np.float64)
    near = np.linalg.norm(theirs - ours, axis=1) <= farthest * np.linalg.norm(ours, axis=1)
    count = int((~near).sum())  # those that are not finite too
    return f"differs from torch on {count} of the first {len(found)} images" if count else ""
