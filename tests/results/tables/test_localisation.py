"""The localisation table: a line per method below the two baselines of its body part."""

import pytest

from results.tables.localisation import localisation_table


def rows(part="all", size=100, strategy="fine_tuning", value=0.5):
    return [
        {
            "body_part": part,
            "train_size": size,
            "strategy": strategy,
            "backbone": "resnet50",
            "measure": measure,
            "value": value,
            "low": 0.31,
            "high": 0.72,
            "centre": 0.25,
            "chance": 0.1,
            "gain": 0.25,
            "gain_low": -0.01,
            "gain_high": 0.5,
            "correlation": 0.04 if strategy == "fine_tuning" else None,
            "marked": 80,
            "marked_patients": 40,
        }
        for measure in ("pointing", "energy", "overlap")
    ]


def test_the_baselines_come_first_and_have_no_interval(printed):
    table = localisation_table(rows(), confidence=0.9)
    middle, chance, own = printed(table)
    assert [middle["backbone"], chance["backbone"], own["backbone"]] == ["middle", "chance", "resnet50"]
    assert [middle["pointing game"], chance["pointing game"], own["pointing game"]] == [
        "0.25",
        "0.10",
        "0.50",
    ]
    assert [row[4].interval for row in table.rows] == ["", "", "[0.31, 0.72]"]
    assert own["pointing above the middle"] == "+0.250"
    assert own["correlation with random weights"] == "0.04"
    assert (middle["images"], own["images"]) == ("", "100")
    assert "all parts 80 of 40 patients" in table.note
    assert "90 % interval" in table.note


def test_every_body_part_has_its_own_baselines(printed):
    table = localisation_table([*rows("all"), *rows("hand"), *rows("hand", size="full")])
    lines = printed(table)
    assert [line["body part"] for line in lines] == ["hand"] * 4 + ["all parts"] * 3
    names = [line["backbone"] for line in lines]
    assert names == ["middle", "chance", "resnet50", "resnet50", "middle", "chance", "resnet50"]
    assert {line["images"] for line in lines} == {"", "100", "all"}


def test_a_method_without_random_weights_has_no_correlation(printed):
    *_, own = printed(localisation_table(rows(strategy="hand_crafted")))
    assert own["correlation with random weights"] == "–"


def test_no_row_is_refused():
    with pytest.raises(ValueError, match="no row"):
        localisation_table([])
