import pandas as pd
import pytest

from benchmark.datasets.dicom.describing import described, years_of
from benchmark.datasets.dicom.headers import ELEMENTS


@pytest.mark.parametrize(
    ("age", "birth", "study", "years"),
    [
        ("045Y", "", "", "45"),
        ("018M", "", "", "1.5"),
        ("003W", "", "", "0.06"),
        ("010D", "", "", "0.03"),
        ("092Y", "", "", "90"),
        ("030M", "", "", "2"),
        ("", "19700102", "20200101", "49"),
        ("", "19700102", "20200102", "50"),
        ("", "1970.01.02", "20200102", "50"),
        ("", "19000101", "20200102", "90"),
        ("", "20210101", "20200101", ""),
        ("", "19701399", "20200101", ""),
        ("Doe^Jane", "", "", ""),
        ("", "", "20200101", ""),
    ],
)
def test_ages_are_years_without_dates(age, birth, study, years):
    assert years_of(age, birth, study) == years


def test_other_texts_are_plain_and_a_sex_is_one_of_three():
    row = dict.fromkeys(ELEMENTS, "")
    rows = pd.DataFrame([row | {"sex": "f", "manufacturer": "Acme\r\n\x07 X"}, row | {"sex": "Doe^Jane"}])
    found = described(rows)
    assert found["sex"].tolist() == ["F", ""]
    assert found["manufacturer"].tolist() == ["ACME X", ""]
