import pytest
from pydantic_core import PydanticCustomError

from benchmark.errors import UserError
from benchmark.grid.primary_metric import primary_of
from benchmark.grid.schema import read_grid

GRID = """name: g
dataset: {{kind: phantom{task}}}
hand_crafted: {{descriptors: [glcm], classifiers: [majority]}}
{evaluation}
"""


def read(tmp_path, task="", evaluation=""):
    path = tmp_path / "grid.yaml"
    path.write_text(GRID.format(task=task and f", task: {task}", evaluation=evaluation))
    return read_grid(path)


@pytest.mark.parametrize(
    ("task", "metric"),
    [
        ("", "auroc"),
        ("ordinal", "quadratic_kappa"),
        ("multiclass", "macro_auroc"),
        ("multilabel", "macro_auroc"),
    ],
)
def test_a_grid_that_names_none_is_judged_by_its_tasks_own(tmp_path, task, metric):
    assert read(tmp_path, task).evaluation.primary == metric
    assert read(tmp_path, task, "evaluation: {resamples: 200}").evaluation.primary == metric


def test_a_metric_of_the_task_is_taken(tmp_path):
    evaluation = "evaluation: {primary: balanced_accuracy}"
    assert read(tmp_path, "ordinal", evaluation).evaluation.primary == "balanced_accuracy"


@pytest.mark.parametrize(
    ("task", "metric"), [("multilabel", "auroc"), ("", "macro_auroc"), ("multiclass", "quadratic_kappa")]
)
def test_a_metric_of_another_task_is_refused_with_its_line(tmp_path, task, metric):
    with pytest.raises(
        UserError, match=rf"grid.yaml:4: evaluation.primary: '{metric}' is no metric of"
    ) as error:
        read(tmp_path, task, f"evaluation: {{primary: {metric}}}")
    assert "\n" not in str(error.value)


def test_the_error_lists_what_is_allowed():
    with pytest.raises(PydanticCustomError, match="allowed: macro_auroc, macro_average_precision"):
        primary_of("multilabel", "auroc", given=True)
    assert primary_of("binary", "brier", given=True) == "brier"
