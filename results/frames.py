"""What a figure is given: rows as a DataFrame or as mappings, checked before anything is drawn."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

Rows = pd.DataFrame | Sequence[Mapping[str, Any]]


def tidy(
    rows: Rows, names: Sequence[str], numbers: Sequence[str], optional: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """The columns that a figure needs, then the `optional` ones (default where absent); None is NaN.

    Raises ValueError, with the reason in one line, when there is no row or a column is missing.
    """
    table = pd.DataFrame(rows) if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    if table.empty:
        raise ValueError("there is no row to draw")
    missing = [column for column in (*names, *numbers) if column not in table]
    if missing:
        raise ValueError(
            f"the column '{missing[0]}' is missing; there are {', '.join(map(str, table.columns))}"
        )
    extra = {name: default for name, default in (optional or {}).items() if name not in table}
    table = table.assign(**extra)[[*names, *numbers, *(optional or {})]]
    filled = {name: default for name, default in (optional or {}).items() if default is not None}
    return table.astype(dict.fromkeys(numbers, float)).fillna(filled).reset_index(drop=True)


def refuse_twice(table: pd.DataFrame, columns: Sequence[str], remedy: str) -> None:
    """Raises ValueError when two rows stand for the same point."""
    twice = table.duplicated(list(columns))
    if twice.any():
        what = " · ".join(str(value) for value in table.loc[twice, list(columns)].iloc[0])
        raise ValueError(f"two rows for {what}; {remedy}")


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as mappings by column."""
    return [
        dict(zip(table.columns, values, strict=True)) for values in table.itertuples(index=False, name=None)
    ]


def by_size(sizes: Iterable[Any]) -> list[int | str]:
    """Training sizes ascending, `full` last, each once."""
    return sorted(set(sizes), key=lambda size: (isinstance(size, str), size))


def whole(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Numbers that count something as integers, missing ones still missing."""
    return table.assign(**{name: table[name].round().astype("Int64") for name in names})


def by_part(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with body parts `in_order`, otherwise in theirs."""
    places = {part: place for place, part in enumerate(in_order(table["body_part"]))}
    return table.sort_values("body_part", kind="stable", key=lambda parts: parts.map(places)).reset_index(
        drop=True
    )


def in_order(names: Iterable[str]) -> list[str]:
    """Names as they first appear, `all` last: body parts keep the order of the grid."""
    return sorted(dict.fromkeys(names), key=lambda name: name == "all")
