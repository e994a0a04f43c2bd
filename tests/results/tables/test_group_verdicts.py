from results.tables.group_verdicts import group_verdicts_table, interaction_text, interactions_table

AXES = {"body_part": "hand", "comparison": "fine-tuned − frozen", "column": "sex"}
NUMBERS = {"difference": 0.03, "low": -0.01, "high": 0.07, "p": 0.02, "p_adjusted": 0.04, "detectable": 0.05}
COUNTS = {"units": 1200, "patients": 900, "fewest": 300}


def verdict_row(group, **changes):
    sides = {"first": 0.8, "second": 0.83, "margin": 0.02, "verdict": "fine-tune", "why_not": ""}
    return AXES | NUMBERS | COUNTS | sides | {"group": group} | changes


def test_a_group_has_its_verdict_or_says_why_not(printed):
    nothing = dict.fromkeys([*NUMBERS, "first", "second"])
    few = verdict_row("=F_%", **nothing, why_not="7 patients of the rarer label, fewer than 20", verdict="")
    table = group_verdicts_table([verdict_row("M"), few], "auroc", "study", fewest=20)
    shown, without = printed(table)
    assert (shown["group"], shown["verdict"], shown["studies"]) == ("M", "fine-tune", "1,200")
    assert without["verdict"] == "7 patients of the rarer label, fewer than 20"
    assert "over the 1 test of" in table.note
    assert "do not show that the groups differ" in table.note
    assert r"=F\_\%" in table.latex()


def test_an_interaction_that_is_not_shown_is_no_sameness(printed):
    row = AXES | NUMBERS | {"groups": ("F", "M"), "group": "M", "why_not": "", "answer": "undecided"}
    other = row | {"column": "age", "answer": "differs"}
    none = row | dict.fromkeys(NUMBERS) | {"groups": (), "why_not": "groups with a verdict: 0", "answer": ""}
    table = interactions_table([row, other, none], "auroc", "study")
    first, second, third = printed(table)
    assert (first["groups"], first["answer"]) == ("F / M", "not shown to differ, could detect ≥ 0.050")
    assert (second["answer"], third["answer"]) == ("differs", "groups with a verdict: 0")
    assert "no sign that they are alike" in table.note
    for text in (table.note, table.caption, first["answer"]):
        assert "same way" not in text
        assert "equal" not in text


def test_an_interaction_in_words():
    assert interaction_text("undecided", None) == "not shown to differ"
    assert interaction_text("undecided", float("nan")) == "not shown to differ"
    assert interaction_text("one trained pair", 0.1) == "one trained pair, no claim about methods"
