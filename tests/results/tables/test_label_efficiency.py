"""The ratio in a table, on the terminal and in words."""

import pandas as pd

from results.tables.label_efficiency import efficiency_table, ratio_text, terminal_table

REACHED = {"status": "reached", "low_status": "reached", "high_status": "more"}
ROW = {"body_part": "hand", "backbone": "resnet50", "images": 1000, "least": 0.1, "most": 10.0}
KNOWN = ROW | REACHED | {"value": 1.83, "low": 0.61, "high": 10.0}
WIDE = KNOWN | {"low_status": "less", "low": 0.1}
UNKNOWN = ROW | dict.fromkeys(("status", "low_status", "high_status"), "undefined")
UNKNOWN |= dict.fromkeys(("value", "low", "high"))


def test_a_ratio_in_words():
    assert ratio_text(KNOWN) == "1.8× [0.61, more than 10]"
    assert ratio_text(WIDE) == "not determined [less than 0.1, more than 10]"
    assert ratio_text(KNOWN | {"status": "more", "value": 10.0}) == "more than 10× [0.61, more than 10]"
    surely = dict.fromkeys(("status", "low_status", "high_status"), "more") | dict.fromkeys(
        ("value", "low"), 10.0
    )
    assert ratio_text(KNOWN | surely) == "more than 10×"
    assert ratio_text(UNKNOWN) == "not determined [–, –]"


def test_a_ratio_in_a_table(printed):
    table = efficiency_table([KNOWN, WIDE, UNKNOWN], confidence=0.9)
    known, wide, unknown = printed(table)
    assert (known["images"], known["frozen needs times"]) == ("1,000", "1.8")
    assert (known["from"], known["to"]) == ("0.61", "> 10")
    assert (wide["frozen needs times"], wide["from"]) == ("not determined", "< 0.1")
    assert (unknown["from"], unknown["to"]) == ("–", "–")
    assert "90 % percentile interval" in table.note


def test_a_ratio_on_the_terminal_is_ascii():
    table = terminal_table(pd.DataFrame([KNOWN, UNKNOWN]))
    assert table["frozen needs"].tolist() == [
        "1.8 times [0.61, more than 10]",
        "not determined [undefined, undefined]",
    ]
    assert all(text.isascii() for text in table.astype(str).stack())
