"""Check, sort and convert the rows of figures and tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from results.text import for_csv

TableRows = pd.DataFrame | Sequence[Mapping[str, Any]]


def tidy(
    rows: TableRows, names: Sequence[str], numbers: Sequence[str], optional: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """The columns `names` and `numbers` (float; None is NaN), then the `optional` ones with their defaults.

    Raises ValueError when there is no row or a column is missing.
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
    """Raise ValueError, ending in `remedy`, when two rows have the same values in `columns`."""
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
    """The different training sizes in ascending order, `full` last."""
    return sorted(set(sizes), key=lambda size: (isinstance(size, str), size))


def whole(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Convert columns of counts to nullable integers."""
    return table.assign(**{name: table[name].round().astype("Int64") for name in names})


def by_part(table: pd.DataFrame) -> pd.DataFrame:
    """Sort rows by body part in the order of `in_order`; a stable sort."""
    places = {part: place for place, part in enumerate(in_order(table["body_part"]))}
    return table.sort_values("body_part", kind="stable", key=lambda parts: parts.map(places)).reset_index(
        drop=True
    )


def in_order(names: Iterable[str]) -> list[str]:
    """Unique names in order of first appearance, `all` last."""
    return sorted(dict.fromkeys(names), key=lambda name: name == "all")


def csv_text(table: pd.DataFrame) -> str:
    """A frame as CSV that a spreadsheet may open: no text is a formula, numbers stay numbers.

    The index is written where it has a name.
    """
    named = table.index.name is not None
    safe = (table.reset_index() if named else table.copy()).rename(columns=_csv_value)
    for place in range(safe.shape[1]):
        if not pd.api.types.is_numeric_dtype(safe.dtypes.iloc[place]):
            safe.isetitem(place, [_csv_value(value) for value in safe.iloc[:, place].tolist()])
    return str(safe.to_csv(index=False, lineterminator="\n"))


def _csv_value(value: Any) -> Any:
    return for_csv(value) if isinstance(value, str) else value
