"""A tuned network from its file judges as it did when the cell was fitted."""

import numpy as np
import pytest

from benchmark.execution.cached import cached_pixels
from benchmark.execution.subsets import Subsets
from benchmark.execution.tuned_network import tuned_network_of
from benchmark.store.kept_models import read_model
from classifiers.fine_tuning.prediction import predict


def test_it_gives_the_recorded_probabilities_and_others_when_not_trained(kept_run):
    plan, records = kept_run
    (cell,) = [planned.cell for planned in plan.cells if planned.cell.strategy == "fine_tuning"]
    record = records.read(cell.id)
    model = read_model(records, record)
    stored = cached_pixels(plan, record, records.folder.parent / ".cache")
    rows = Subsets(plan).subset(cell.body_part, cell.train_size, cell.seed).test_rows
    known = records.read_predictions(record)["probability"].to_numpy()

    def probabilities(trained):
        backbone, network = tuned_network_of(model.extractor, model.tuned, model.size, "cpu", trained=trained)
        odds = predict(backbone, network, stored.data, rows, model.tuned.resolution)
        return model.classifier.calibrate(odds)

    assert probabilities(True) == pytest.approx(known, abs=1e-12)
    assert np.abs(probabilities(False) - known).max() > 1e-6
