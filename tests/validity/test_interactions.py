"""The simulated groups are as their settings say, and are judged."""

import numpy as np
import pytest

from results.metrics import metric_value
from tests.validity import interactions
from tests.validity.interactions import DIFFERENCE, HARDER, PLANTED, SETTINGS, Setting
from tests.validity.simulation import generator


def aurocs(setting: Setting) -> np.ndarray:
    """The AUROC of one frozen and one fine-tuned network in each group of a large data set."""
    random = generator("test_interactions")
    true = np.vstack(interactions._aurocs(setting, 1, 0.0, random))
    sample, probabilities, groups = interactions._studies(setting, true, 1, random)
    return np.array(
        [
            [
                metric_value(
                    "auroc", sample.label[groups == g], p[groups == g], np.ones(((groups == g).sum(), 1)), 0.5
                )[0]
                for g in np.unique(groups)
            ]
            for p in probabilities
        ]
    )


@pytest.mark.parametrize("by_study", [False, True])
def test_the_difference_is_planted_in_the_last_group_alone(by_study):
    frozen, tuned = aurocs(Setting("", (0.5, 0.5), 20_000, by_study, HARDER, PLANTED))
    assert tuned - frozen == pytest.approx([DIFFERENCE, DIFFERENCE + PLANTED], abs=0.015)
    assert frozen[0] - frozen[1] == pytest.approx(HARDER, abs=0.02)


def test_studies_of_one_patient_are_in_one_group_unless_the_column_is_of_studies():
    for setting in SETTINGS[:3]:
        random = generator("test_interactions", setting)
        true = np.vstack(interactions._aurocs(setting, 1, 0.0, random))
        sample, _, groups = interactions._studies(setting, true, 1, random)
        several = any(len(set(groups[sample.patient == p])) > 1 for p in np.unique(sample.patient))
        assert several == setting.by_study


def test_there_is_a_row_per_setting_of_shares():
    rows = interactions.interactions(2)
    assert len(rows) == len(SETTINGS) * len(interactions.NOISE)
    assert rows[["tested", "found"]].stack().between(0, 1).all()


def test_hardware_helps_over_all_studies_alone():
    found = [interactions._with_hardware(3, number) for number in range(4)]
    mean = {name: np.mean([one[name] for one in found]) for name in found[0]}
    assert mean["difference"] > 0.02
    assert mean["difference"] > max(mean["with"], mean["without"])
