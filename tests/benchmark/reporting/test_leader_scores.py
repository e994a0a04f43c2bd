import pandas as pd

from benchmark.reporting.leader_scores import scores_of
from tests.benchmark.recorded import finished

ROWS = pd.DataFrame(
    {
        "image": ["a", "b", "c"],
        "study": ["s1", "s1", "s2"],
        "patient": ["p1", "p1", "p2"],
        "body_part": "hand",
        "label": [1, 1, 0],
        "probability": [0.6, 0.8, 0.3],
    }
)


def test_a_study_has_the_mean_of_its_images_and_the_name_says_which_method():
    record = finished(strategy="feature_extraction", backbone="resnet50", classifier="logistic_regression")
    scores = scores_of(record, ROWS, "study", 0.4)
    assert scores.name == "frozen: resnet50, logistic regression"
    assert (list(scores.labels), list(scores.patients)) == ([1, 0], ["p1", "p2"])
    assert [round(value, 3) for value in scores.probabilities] == [0.7, 0.3]
    assert scores.threshold == 0.4


def test_a_fine_tuned_network_by_its_only_recipe_goes_by_its_own_name():
    record = finished(strategy="fine_tuning", backbone="resnet50", classifier="end_to_end")
    assert scores_of(record, ROWS, "image", None).name == "fine-tuned: resnet50"
