"""Tables of body parts together: the mean over parts, and each part with what the others tell about it."""

from results.frames import TableRows, by_size, tidy, whole
from results.labels import metric_label, percent
from results.tables.columns import BACKBONE, IMAGES, PART, Column, number_column
from results.tables.formatting import (
    Formatted,
    Row,
    count,
    difference,
    interval_text,
    p_text,
    signed,
    two_decimals,
)
from results.tables.paper import PaperTable, paper_table, sentences
from results.text import UNDEFINED_MARK

FULL = (
    "At full size all seeds have the same images, unless the grid draws their patients (`full: {resample: "
    "patients}`): other training images are then not in it."
)


def together_table(rows: TableRows, metric: str, unit: str, *, confidence: float = 0.95) -> PaperTable:
    """Fine-tuned minus frozen over body parts, per backbone and training size.

    Rows: backbone, train_size, parts, mean, low, high, new_low, new_high, tau, i2, q, p (None where
    undefined) and reason (why there are none, or None).
    """
    numbers = ["parts", "mean", "low", "high", "new_low", "new_high", "tau", "i2", "q", "p"]
    table = whole(tidy(rows, ["backbone", "train_size", "reason"], numbers), ["parts"])
    columns = [
        BACKBONE,
        IMAGES,
        number_column("parts", "parts", count),
        Column("mean over\nparts", lambda row: difference(row, "mean")),
        Column("another\npart", _another),
        number_column("SD over\nparts", "tau"),
        number_column("Q", "q", two_decimals),
        number_column("p\nequal", "p", p_text),
        number_column("I²", "i2", two_decimals),
    ]
    shown = percent(confidence)
    note = sentences(
        f"Random-effects mean over body parts [{shown} interval by Hartung, Knapp, Sidik and Jonkman, not "
        "narrower than that of a common effect]. Another part: where the true difference of one more body "
        f"part is expected ({shown} prediction interval; with few parts it holds less often than that).",
        "SD over parts: of the true differences (Paule and Mandel). Q: Cochran's, with standard errors over "
        "training subsets and test patients; p equal: Welch's test that all parts have the same difference, "
        "which allows for these standard errors being estimates. I²: the share of the spread beyond chance.",
        "Parts are taken as independent. With so few parts only large differences are found: a large p or a "
        "small I² shows no agreement.",
        FULL if (table["train_size"] == "full").any() else "",
        *(f"{UNDEFINED_MARK}: {reason}." for reason in table["reason"].dropna().unique()),
    )
    caption = f"Fine-tuned minus frozen over body parts: {metric_label(metric, unit)}."
    frame = table.assign(metric=metric, unit=unit)
    return paper_table("parts_together", caption, frame, columns, note=note)


def shrunken_table(rows: TableRows, metric: str, unit: str, *, confidence: float = 0.95) -> PaperTable:
    """Fine-tuned minus frozen of each body part, alone and moved towards the mean over parts.

    Rows: backbone, train_size, body_part, difference, low, high, shrunken, shrunken_low and shrunken_high
    (None where undefined).
    """
    numbers = ["difference", "low", "high", "shrunken", "shrunken_low", "shrunken_high"]
    table = tidy(rows, ["backbone", "train_size", "body_part"], numbers)
    sizes = by_size(table["train_size"])
    table = table.sort_values("train_size", kind="stable", key=lambda column: column.map(sizes.index))
    table = table.reset_index(drop=True)
    columns = [IMAGES, BACKBONE, PART, Column("alone", difference), Column("with the\nothers", _shrunken)]
    few = table["shrunken"].isna().any()
    note = sentences(
        f"Alone: the part's own paired difference [{percent(confidence)} interval over training subsets and "
        "test patients, unadjusted]. With the others: moved towards the mean over parts, the more the less "
        "certain it is (empirical Bayes, Morris 1983).",
        f"{UNDEFINED_MARK}: too few parts." if few else "",
        FULL if (table["train_size"] == "full").any() else "",
    )
    caption = (
        f"Fine-tuned minus frozen of each body part, alone and with the others: {metric_label(metric, unit)}."
    )
    frame = table.assign(metric=metric, unit=unit)
    return paper_table("parts_shrunken", caption, frame, columns, note=note, sectioned=True)


def _another(row: Row) -> Formatted:
    shown = interval_text({"low": row["new_low"], "high": row["new_high"]}, signed)
    return Formatted(shown or UNDEFINED_MARK, value=row["new_low"])


def _shrunken(row: Row) -> Formatted:
    bounds = {"low": row["shrunken_low"], "high": row["shrunken_high"]}
    return Formatted(signed(row["shrunken"]), interval_text(bounds, signed), value=row["shrunken"])
