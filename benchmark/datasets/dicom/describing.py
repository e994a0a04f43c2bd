"""What describes an image and nobody in particular: view, side, device, and the patient's sex and age."""

import re
from datetime import date

import pandas as pd

_YEARS = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}  # PS3.5, value representation AS
_AGE = re.compile(r"(\d{1,3})([DWMY])")
_DATE = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})")  # PS3.5, value representation DA, also of ACR-NEMA
_OLDEST = 90  # years; all from here on are one group in HIPAA's safe harbour (45 CFR 164.514 b 2 i C)
_SEXES = ("F", "M", "O")


def described(headers: pd.DataFrame) -> pd.DataFrame:
    """The columns view, laterality, manufacturer (upper case), sex (F, M, O) and age (years), as texts.

    Empty where a file says nothing of use. `headers` are those of `headers.Headers`.
    """
    sex = headers["sex"].str.upper()
    ages = zip(headers["age"], headers["birth_date"], headers["study_date"], strict=True)
    return pd.DataFrame(
        {
            **{name: headers[name].map(_plain) for name in ("view", "laterality", "manufacturer")},
            "sex": sex.where(sex.isin(_SEXES), ""),
            "age": [years_of(*one) for one in ages],
        },
        index=headers.index,
    )


def years_of(age: str, birth_date: str, study_date: str) -> str:
    """The age in years by PatientAge, else in whole years by two dates; empty where neither tells it.

    Up to two decimals below two years; 90 and more are 90.
    """
    found = _AGE.fullmatch(age.upper())
    if found:
        years = int(found[1]) * _YEARS[found[2]]
    else:
        born, seen = _date_of(birth_date), _date_of(study_date)
        if born is None or seen is None or seen < born:
            return ""
        years = float(seen.year - born.year - ((seen.month, seen.day) < (born.month, born.day)))
    return f"{round(min(years, _OLDEST), 2 if years < 2 else 0):g}"


def _date_of(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _plain(text: str) -> str:
    """In upper case, on one line, without signs that cannot be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text.upper()).split())
