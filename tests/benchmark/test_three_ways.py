"""Frozen, adapted and fine-tuned in one small grid: run, compared, kept and used again."""

import numpy as np
import pytest

import benchmark as bm
from benchmark.analysis.paired_differences import QUESTIONS
from benchmark.prediction.explanation import contributions_of
from benchmark.prediction.scoring import scorer_of
from benchmark.store.kept_models import read_model
from benchmark.store.workspace import Workspace
from extractors.pixels import decode
from tests.benchmark.opened import open_plan

NETWORK = {"name": "test_efficientnet", "weights": "random"}
QUICK = {"epochs": 1, "folds": 2}


@pytest.mark.slow
def test_three_ways_run_are_compared_and_a_kept_model_finds_its_probabilities_again(
    write_grid, tmp_path, store_in
):
    grid = write_grid(
        hand_crafted=None,
        feature_extraction={"backbones": [NETWORK], "classifiers": ["logistic_regression"]},
        adaptation={
            "backbones": [NETWORK],
            "methods": ["lora", "bitfit", "attentive_probe"],
            "recipe": QUICK,
            "lora": {"rank": 1},
        },
        fine_tuning={"backbones": [NETWORK], "recipe": QUICK},
        keep_models="all",
    )
    folder = store_in(tmp_path / "runs")
    results = bm.run(grid, workspace=folder, jobs=1, device="cpu")
    assert not results.failed
    found = {record.classifier: record for record in results.cells}
    trained = {name: record.cost.trainable_parameters for name, record in found.items()}
    assert trained["logistic_regression"] == 0 < trained["bitfit"] < trained["end_to_end"]
    assert trained["lora"] < trained["end_to_end"]
    probe = found["attentive_probe"]
    width = probe.embedding.width
    assert (
        trained["attentive_probe"] == 8 * width + width**2 + 2 * width + width + 1
    )  # queries, values, norm, head
    assert probe.cost.seconds_embed > 0 < probe.training.optimiser_bytes
    assert found["lora"].training.optimiser_bytes > 8 * trained["lora"]
    assert set(results.compare()["comparison"]) >= {question.name for question in QUESTIONS}
    plan, records = open_plan(grid, Workspace(folder))
    assert {planned.status for planned in plan.cells} == {"done"}
    for method in ("lora", "attentive_probe"):
        check_predictions(plan, records, found[method])


def check_predictions(plan, records, record):
    model = read_model(records, record)
    known = records.read_predictions(record)
    images, paths = plan.manifest.images["image"].tolist(), plan.manifest.paths()
    rows = [images.index(name) for name in known["image"]]
    image = plan.grid.image
    pixels = np.stack([decode(paths[row], image.size, image.fit, image.window) for row in rows])
    maps = contributions_of(model, "cpu")(pixels[:2])
    assert np.isfinite(maps).all()
    assert maps.any()
    again = scorer_of(model, "cpu")(pixels).probabilities
    np.testing.assert_allclose(again, known["probability"], rtol=0, atol=1e-6)
