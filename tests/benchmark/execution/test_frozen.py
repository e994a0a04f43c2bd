import pandas as pd

from benchmark.execution.frozen import one_hot


def test_each_row_has_its_body_part_and_columns_are_those_of_both():
    train, test = one_hot(pd.Series(["wrist", "elbow", "wrist"]), pd.Series(["hand"]))
    assert train.tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1]]
    assert test.tolist() == [[0, 1, 0]]
    assert train.dtype == test.dtype == "float32"
