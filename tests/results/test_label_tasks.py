import numpy as np
import pandas as pd
import pytest

from results.label_tasks import LabelTask, one_of_task

FINDINGS = LabelTask("multilabel", ("effusion", "mass"))
GRADES = LabelTask("ordinal", ("0", "1", "2"))


def findings() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "image": ["a", "b", "c"],
            "label:effusion": [1.0, 0.0, 1.0],
            "label:mass": [0.0, np.nan, 1.0],
            "probability:effusion": [0.9, 0.2, 0.7],
            "probability:mass": [0.1, 0.5, 0.8],
        }
    )


def test_a_finding_becomes_a_binary_task_of_the_rows_where_it_was_read() -> None:
    found = one_of_task(findings(), FINDINGS, "mass")
    assert found.columns.tolist() == ["image", "label", "probability"]
    assert found["image"].tolist() == ["a", "c"]
    assert (found["label"].tolist(), found["probability"].tolist()) == ([0, 1], [0.1, 0.8])
    assert found["label"].dtype == "int64"


def test_a_class_becomes_a_binary_task_against_the_rest() -> None:
    table = pd.DataFrame({"label": [2, 0, 1]}).assign(
        **{f"probability:{n}": [0.2, 0.3, 0.5] for n in range(3)}
    )
    assert one_of_task(table, GRADES, "2")["label"].tolist() == [1, 0, 0]
    assert GRADES.truth(table).tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert GRADES.probabilities(table).shape == (3, 3)


def test_columns_and_words() -> None:
    assert (LabelTask().probability_columns, LabelTask().label_columns) == (["probability"], ["label"])
    assert FINDINGS.label_columns == ["label:effusion", "label:mass"]
    assert (GRADES.word, FINDINGS.words, LabelTask("multiclass").words) == ("grade", "findings", "classes")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no finding 'nodule'; known: effusion, mass"):
        one_of_task(findings(), FINDINGS, "nodule")
