"""Tables of the study as Markdown."""

from collections.abc import Sequence

import pandas as pd


def table(rows: pd.DataFrame) -> str:
    """The frame without its index; cells are text already."""
    lines = [list(rows.columns), ["---"] * len(rows.columns), *rows.to_numpy().tolist()]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def percent(share: float, limits: tuple[float, float] | None = None) -> str:
    """The share in per cent, bold outside the limits (shares too)."""
    text = f"{100 * share:.1f}"
    return f"**{text}**" if limits and not limits[0] <= share <= limits[1] else text


def pivot(rows: pd.DataFrame, index: Sequence[str], column: str, cell: str) -> pd.DataFrame:
    """One column per value of `column`, in the order of the rows; the index as columns before them."""
    keys = [*index, column]
    wide = rows[[*keys, cell]].drop_duplicates(keys).set_index(keys)[cell].unstack(column)
    order = rows[[*index]].drop_duplicates()
    wide = wide.reindex(columns=rows[column].unique()).reset_index()
    return order.merge(wide, on=list(index), how="left")
