"""The planner's numbers as texts: what is enough, what is needed, and why there is no number."""

import pandas as pd

from results.tables.power import NO_SEEDS, NO_STUDIES, UNKNOWN, equality_table, forecast_table, power_table

AXES = {"body_part": "hand", "backbone": "resnet50", "train_size": 100}
NOW = {"patients": 99, "studies": 300, "seeds": 3, "difference": -0.0312}
SDS = {"training_sd": 0.0071, "test_sd": 0.0123, "detectable": 0.0456}
NEEDS = {"power": 0.234, "seeds_needed": 12, "studies_needed": 1940}
NEEDS |= {"equal_power": 0.9, "equal_seeds_needed": 3, "equal_studies_needed": 300}
ROW = AXES | NOW | SDS | NEEDS


def test_a_row_says_what_there_is_and_what_it_needs():
    line = power_table(pd.DataFrame([ROW])).iloc[0]
    assert (line["patients"], line["studies"], line["difference"]) == ("99", "300", "-0.031")
    assert (line["SD training + test"], line["detectable"]) == ("0.007 + 0.012", "0.046")
    assert (line["power now"], line["seeds needed"], line["or studies"]) == ("23 %", "12", "1,940")


def test_what_is_there_can_be_enough():
    line = equality_table(pd.DataFrame([ROW])).iloc[0]
    assert (line["power now"], line["seeds needed"], line["or studies"]) == ("90 %", "enough", "enough")


def test_no_number_says_whose_fault_it_is():
    line = power_table(pd.DataFrame([ROW | {"seeds_needed": None, "studies_needed": None}])).iloc[0]
    assert (line["seeds needed"], line["or studies"]) == (NO_SEEDS, NO_STUDIES)


def test_with_one_seed_all_is_unknown():
    nothing = dict.fromkeys([*NEEDS, "training_sd"])
    line = power_table(pd.DataFrame([ROW | nothing])).iloc[0]
    assert (line["power now"], line["seeds needed"], line["or studies"]) == (UNKNOWN,) * 3
    assert line["SD training + test"] == "unknown + 0.012"


def test_a_forecast_stands_beside_what_was_measured():
    row = {"body_part": "hand", "backbone": "resnet50", "from_sizes": "100, 1,000", "images": 3000}
    row |= {"forecast": 0.02, "low": -0.01, "high": 0.05, "power": 0.4, "images_needed": 9000}
    known = row | {"measured": 0.03, "measured_low": 0.01, "measured_high": 0.05, "agrees": True}
    beyond = row | dict.fromkeys(("measured", "measured_low", "measured_high", "agrees", "images_needed"))
    first, second = forecast_table(pd.DataFrame([known, beyond])).to_dict("records")
    assert (first["forecast"], first["measured"]) == ("+0.020 [-0.010, +0.050]", "+0.030 [+0.010, +0.050]")
    assert (first["agrees"], first["images for 80 % power"]) == ("yes", "9,000")
    assert (second["measured"], second["agrees"], second["images for 80 % power"]) == ("", "", "none")
