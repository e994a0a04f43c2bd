from dataclasses import replace

import pytest

from benchmark.setup.doctor.combinations import COMBINATIONS, Facts, combinations, facts_here, judged
from benchmark.setup.doctor.finding import OK, Surroundings
from benchmark.store.workspace import Workspace

VERSIONS = {"torch": "2.9.0", "torchvision": "0.24.0", "numpy": "2.3.1", "pandas": "2.3.0"}
SOUND = Facts(VERSIONS, "", "12.8", True, True, 2**31, 4, {})


def test_nothing_is_wrong_with_a_sound_machine():
    (found,) = judged(SOUND)
    assert found.state == OK


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"torchvision_error": "operator torchvision::nms does not exist"}, "do not go together"),
        ({"versions": VERSIONS | {"numpy": "1.26.4"}}, "numpy 1.26.4"),
        ({"versions": VERSIONS | {"pandas": "9.0"}}, "pandas 9.0"),
        ({"cuda_build": "", "cuda_usable": False}, "a build without CUDA"),
        ({"cuda_usable": False}, "does not reach the NVIDIA card"),
        ({"shared_memory": 64 * 1024**2}, "/dev/shm has 64 MiB"),
        ({"environment": {"OMP_NUM_THREADS": "0"}}, "no number of threads"),
        ({"environment": {"OMP_NUM_THREADS": "64"}}, "is 64, and 4 cores"),
        ({"environment": {"MLFLOW_TRACKING_URI": "file:///x"}}, "names a folder"),
        ({"environment": {"MLFLOW_TRACKING_URI": "mlruns"}}, "names a folder"),
        ({"unusable_weights": "no index"}, "no index"),
    ],
)
def test_each_combination_is_found_with_its_reason_and_remedy(changes, said):
    (found,) = judged(replace(SOUND, **changes))
    assert said in found.what
    assert found.state != OK
    assert found.why
    assert found.do


@pytest.mark.parametrize(
    "changes",
    [
        {"has_nvidia": False, "cuda_build": "", "cuda_usable": False},
        {"cuda_usable": False, "environment": {"CUDA_VISIBLE_DEVICES": ""}},
        {"shared_memory": None},
        {"environment": {"OMP_NUM_THREADS": "1", "MLFLOW_TRACKING_URI": "https://mlflow"}},
    ],
)
def test_what_is_as_it_should_be_is_not_said(changes):
    assert [found.state for found in judged(replace(SOUND, **changes))] == [OK]


def test_this_machine_is_judged_by_the_same_table(tmp_path):
    here = facts_here()
    assert here.cores >= 1
    assert here.torchvision_error == ""
    assert list(combinations(Surroundings(Workspace(tmp_path)))) == list(judged(here))
    assert len(COMBINATIONS) == 8
