"""Tables of zones, crossovers and curve fits mark what is open, extrapolated, unchecked or not fitted."""

from results.crossover import ALWAYS, BEYOND
from results.tables.sample_size import crossover_table, fits_table
from tests.results.tables.conftest import METHODS, NUMBERS, crossover_rows, fit_rows


def test_a_crossover_is_a_number_only_where_it_was_crossed(printed):
    crossed, always, beyond, undefined = printed(crossover_table(crossover_rows()))
    assert [line["crossover images"] for line in (crossed, always, beyond, undefined)] == [
        "1,234",
        "≤ 100",
        "> 4,931",
        "–",
    ]
    assert (crossed["from"], crossed["to"]) == ("1,234", "> 4,931")
    assert crossed["measured"] == "100 – 4,931"


def test_a_crossover_outside_the_data_sorts_by_the_nearest_size():
    rows = crossover_table(crossover_rows()).rows
    assert [row[3].value for row in rows] == [1234.5, 100, 4931, None]


def test_a_crossover_whose_interval_spans_all_sizes_is_no_estimate(printed):
    open_ends = {"low": None, "low_status": ALWAYS, "high": None, "high_status": BEYOND}
    rows = [row | open_ends for row in crossover_rows()[:2]]
    assert [line["crossover images"] for line in printed(crossover_table(rows))] == ["not determined"] * 2


def test_crossovers_of_all_parts_together_stand_last(printed):
    rows = [
        row | {"body_part": part} for row, part in zip(crossover_rows(), ("all", "b", "a", "b"), strict=True)
    ]
    assert [line["body part"] for line in printed(crossover_table(rows))] == ["b", "b", "a", "all parts"]


def test_the_interval_s_confidence_is_said():
    assert "90 % interval" in crossover_table(crossover_rows(), confidence=0.9).note


def test_zones_are_said_in_words(printed):
    rows = [row | {"zones_text": ""} for row in crossover_rows()[:1]] + crossover_rows()[1:2]
    unknown, known = printed(crossover_table(rows))
    assert unknown["images"] == "–"
    assert known["images"] == "frozen better up to 150 images, undecided from 150"


def test_a_fit_says_the_range_of_both_laws_beyond_the_data(printed):
    table = fits_table(fit_rows(parts=("wrist",)), **NUMBERS)
    fitted, unfitted = printed(table)
    assert fitted["asymptote"] == "0.930–0.950"
    assert (fitted["residual power law"], fitted["residual exponential"]) == ("0.0012", "0.0024")
    assert (unfitted["asymptote"], unfitted["residual power law"]) == ("–", "–")
    beyond = table.rows[0][-4:]
    assert [cell.text for cell in beyond] == ["9,862", "0.900–0.910", "49,310", "0.900–0.910"]
    assert [cell.interval for cell in beyond] == ["", "[0.870, 0.930]"] * 2
    assert [cell.mark for cell in beyond] == ["", "‡", "", "‡"]
    assert "–: the values do not grow with the size." in table.note


def test_laws_that_agree_are_one_number():
    rows = [row | {"value": 0.9 if row["value"] else None} for row in fit_rows(parts=("wrist",))]
    assert fits_table(rows, **NUMBERS).rows[0][-1].text == "0.900"


def test_a_curve_that_one_law_fits_has_its_values():
    rows = fit_rows(parts=("wrist",))
    nothing = dict.fromkeys(("value", "low", "high", "extrapolated", "asymptote", "residual"))
    rows = [row | nothing if row["law"] == "exponential" else row for row in rows]
    cells = fits_table(rows, **NUMBERS).rows[0]
    assert (cells[4].text, cells[6].text, cells[-1].text) == ("0.950", "–", "0.910")


def test_a_fit_that_nothing_checks_has_a_star():
    rows = fit_rows(parts=("wrist",))
    unchecked = fits_table(rows, **NUMBERS)
    assert [row[4].mark for row in unchecked.rows] == ["*", ""]
    assert "*: as many parameters as sizes" in unchecked.note
    checked = fits_table([row | {"checked": True} for row in rows], **NUMBERS)
    assert [row[4].mark for row in checked.rows] == ["", ""]
    assert "*:" not in checked.note


def test_nothing_measured_is_called_extrapolated():
    frame = fits_table(fit_rows(parts=("wrist",)), **NUMBERS).frame
    extrapolated = frame[frame["extrapolated"].eq(True)]
    assert extrapolated["measured"].isna().all()
    assert (extrapolated["size"] > 4931).all()


def test_curves_that_end_at_the_data_have_no_columns_beyond():
    rows = [row | {"extrapolated": False} for row in fit_rows(parts=("wrist",)) if row["size"] <= 4931]
    table = fits_table(rows, **NUMBERS)
    assert table.titles[-1] == "residual\nexponential"
    assert len(table.rows) == len(METHODS[:2])
