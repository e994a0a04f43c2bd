"""How much longer `predict` takes than the bare forward pass of its network on the same decoded images.

    python -m tests.performance.prediction [--weights FILE] [--studies 1000]

The peer decodes nothing and knows no studies: batches of 32 through the network, by the same engine.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
from rich.console import Console

import benchmark as bm
from benchmark.prediction.cells import find_model, models_of
from benchmark.prediction.predictor import predictor_of
from benchmark.prediction.scoring import frozen_backbone
from benchmark.prediction.studies import Study
from extractors.backbones import embed
from extractors.engines.agreement import with_engine

ROUNDS = 3


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--weights", help="MobileNetV2's ImageNet weights (timm); default: the bundled network"
    )
    parser.add_argument("--studies", type=int, default=1000)
    return parser.parse_args()


def grid_of(weights: str | None) -> bm.Grid:
    """A frozen network with one classifier on a phantom, whose model is kept."""
    named = {"name": "mobilenetv2_100", "weights": weights, "model_args": {"pad_type": "same"}}
    return bm.Grid.model_validate(
        {
            "name": "prediction",
            "dataset": {"kind": "phantom", "patients": 300, "long_side": 300},
            "train_sizes": [100],
            "feature_extraction": {
                "backbones": [named if weights else "bundled"],
                "classifiers": ["logistic_regression"],
            },
            "keep_models": "all",
        }
    )


def seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def main() -> None:
    asked, console = arguments(), Console(width=110)
    with tempfile.TemporaryDirectory() as folder:
        results = bm.run(grid_of(asked.weights), folder, track=False)
        assert results.plan is not None
        records = bm.Workspace(Path(folder)).records("prediction")
        model = find_model(records, models_of(records)[0].cell)
        predictor, recorded = predictor_of(model), model.record.embedding
        assert recorded is not None
        assert recorded.engine is not None
        manifest = results.plan.manifest
        grouped = list(manifest.images.groupby("study"))
        chosen = [grouped[n % len(grouped)] for n in range(asked.studies)]
        studies = [
            Study(str(name), tuple(manifest.root / image for image in rows["image"]), tuple(rows["image"]))
            for name, rows in chosen
        ]
        pixels = np.stack([predictor.pixels(image) for study in studies for image in study.images])

        backbone = with_engine(frozen_backbone(model), recorded.engine, pixels)

        def bare() -> None:
            embed(backbone, pixels)

        bare()  # once each, so that nothing is measured that happens only at first
        list(predictor.predict(studies[:1]))
        taken = [(seconds(lambda: list(predictor.predict(studies))), seconds(bare)) for _ in range(ROUNDS)]
        ours, plain = (min(times) for times in zip(*taken, strict=True))
        console.print(
            f"{len(studies):,} studies, {len(pixels):,} images, {backbone.spec.label} by {backbone.engine}: predict {ours:.1f} s, "
            f"bare forward pass {plain:.1f} s: {ours / plain:.2f} x (best of {ROUNDS} each)"
        )


if __name__ == "__main__":
    main()
