from results.tables.subgroups import subgroups_table


def test_of_several_classes_the_rarest_counts_and_metrics_are_those_that_are_given(printed):
    wanted = ["macro_auroc", "accuracy"]
    values = {f"{name}{end}": 0.5 for name in wanted for end in ("", "_low", "_high")}
    rows = [{key: value for key, value in row("all").items() if key != "abnormal"} | values | {"fewest": 4}]
    table = subgroups_table(rows, "s", "sex", "study", fewest=20, metrics=wanted)
    (shown,) = printed(table)
    assert (shown["patients of the rarest class"], shown["macro AUROC"], shown["accuracy"]) == (
        *("4", "0.500", "0.500"),
    )
    assert "abnormal" not in shown


METRICS = ("auroc", "sensitivity_at_chosen", "specificity_at_chosen")


def row(group, why_not=""):
    value = None if why_not else 0.8125
    metrics = {f"{name}{end}": value for name in METRICS for end in ("", "_low", "_high")}
    texts = {"body_part": "hand", "strategy": "fine_tuning", "method": "resnet50 · end_to_end"}
    return texts | {"group": group, "why_not": why_not, "units": 1200, "patients": 7, "abnormal": 3} | metrics


def test_groups_have_their_metrics_or_say_why_not(printed):
    rows = [row("all"), row("=F_%", "too few")]
    table = subgroups_table(rows, "subgroups_sex", "sex", "study", fewest=20, confidence=0.9)
    everyone, few = printed(table)
    assert (everyone["studies"], everyone["AUROC"], everyone["sensitivity"]) == ("1,200", "0.812", "0.812")
    assert table.rows[0][7].interval == "[0.812, 0.812]"
    assert (few["sex"], few["AUROC"], few["sensitivity"], few["patients"]) == ("=F_%", "too few", "", "7")
    assert "below 20 patients" in table.note
    assert "90 % interval" in table.note
    assert r"=F\_\%" in table.latex()
